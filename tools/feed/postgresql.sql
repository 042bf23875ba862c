-- SPDX-License-Identifier: GPL-2.0-or-later
-- Events of tlswhy in PostgreSQL 13 or later:
--   psql -f postgresql.sql
--   psql -c "\copy tlswhy_load (event) from 'events.json' with (format csv, quote e'\x01', delimiter e'\x02')"
-- The two characters never occur in an event, so that each line is one value. An event that was sent
-- twice is kept once.
begin;

create table if not exists tlswhy_event (
    id text primary key,
    number bigserial, -- the order of coming
    at timestamptz not null,
    action text not null,
    event jsonb not null
);
create index if not exists tlswhy_event_at on tlswhy_event (at);
create index if not exists tlswhy_event_cause on tlswhy_event ((event #>> '{tlswhy,cause}'));

-- What is loaded into this view goes to the table.
create or replace view tlswhy_load as select event from tlswhy_event;

create or replace function tlswhy_insert() returns trigger language plpgsql as $$
begin
    insert into tlswhy_event (id, at, action, event)
    values (coalesce(new.event #>> '{event,id}', md5(new.event::text)),
            (new.event ->> '@timestamp')::timestamptz,
            new.event #>> '{event,action}',
            new.event)
    on conflict (id) do update set event = excluded.event, at = excluded.at;
    return new;
end $$;

drop trigger if exists tlswhy_load_insert on tlswhy_load;
create trigger tlswhy_load_insert instead of insert on tlswhy_load
    for each row execute function tlswhy_insert();

-- A verdict that was updated counts as what it is now.
create or replace view tlswhy_handshake as
select distinct on (coalesce(event #>> '{tlswhy,updates,id}', id))
       id, at,
       (event #>> '{source,ip}')::inet as client,
       (event #>> '{destination,ip}')::inet as server,
       (event #>> '{destination,port}')::int as port,
       event #>> '{tls,client,server_name}' as name,
       event #>> '{tlswhy,outcome}' as outcome,
       event #>> '{tlswhy,cause}' as cause,
       event #>> '{tlswhy,confidence}' as confidence,
       event #>> '{event,reason}' as reason
from tlswhy_event where action in ('tls_handshake', 'tls_handshake_update')
order by coalesce(event #>> '{tlswhy,updates,id}', id), number desc;

-- What was said last of each incident. folded: failures that have no event of their own.
create or replace view tlswhy_incident as
select distinct on (event #>> '{tlswhy,incident}')
       event #>> '{tlswhy,incident}' as incident, at,
       event #>> '{tlswhy,extent,state}' as state,
       event #>> '{tlswhy,extent,scope}' as scope,
       event #>> '{tlswhy,cause}' as cause,
       (event #>> '{source,ip}')::inet as client,
       (event #>> '{destination,ip}')::inet as server,
       (event #>> '{destination,port}')::int as port,
       (event #>> '{tlswhy,extent,failures}')::bigint as failures,
       (event #>> '{tlswhy,extent,folded}')::bigint as folded,
       (event #>> '{tlswhy,extent,clients}')::bigint as clients,
       event #>> '{message}' as message
from tlswhy_event where action = 'tls_incident'
order by event #>> '{tlswhy,incident}', number desc;

-- Failures are counted with those that were folded; clients and servers are those that were told of.
create or replace view tlswhy_top_causes as
with incidents as materialized (select * from tlswhy_incident where folded > 0)
select cause, count(h.*) + coalesce((select sum(folded) from incidents i
                                     where i.cause = h.cause), 0) as failures,
       count(distinct client) as clients, count(distinct (server, port)) as servers,
       min(at) as first, max(at) as last
from tlswhy_handshake h where outcome = 'failed'
group by cause order by failures desc;

create or replace view tlswhy_top_servers as
with incidents as materialized (select * from tlswhy_incident where folded > 0)
select server, port, cause,
       count(h.*) + coalesce((select sum(folded) from incidents i
                              where i.cause = h.cause and i.server = h.server
                                and i.port = h.port), 0) as failures,
       count(distinct client) as clients, max(at) as last
from tlswhy_handshake h where outcome = 'failed'
group by server, port, cause order by failures desc;

create or replace view tlswhy_top_clients as
with incidents as materialized (select * from tlswhy_incident where folded > 0)
select client, cause,
       count(h.*) + coalesce((select sum(folded) from incidents i
                              where i.cause = h.cause and i.client = h.client), 0) as failures,
       count(distinct (server, port)) as servers, max(at) as last
from tlswhy_handshake h where outcome = 'failed'
group by client, cause order by failures desc;

commit;
