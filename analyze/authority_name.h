/* SPDX-License-Identifier: GPL-2.0-or-later */
/* authority_name.h -- what the name of a certificate authority says of its place.
 *
 * Who sets up an authority mostly calls it what it is: "Example Root CA", "ExampleIssuingCA". It
 * proves nothing; where the certificate itself is not there, it is all that is known of it.
 */
#ifndef TLSWHY_ANALYZE_AUTHORITY_NAME_H
#define TLSWHY_ANALYZE_AUTHORITY_NAME_H

enum authority_place {
    AUTHORITY_PLACE_UNSAID, /* or several are */
    AUTHORITY_PLACE_ROOT,
    AUTHORITY_PLACE_INTERMEDIATE
};

/* By the words of a common name; letters are compared without regard to case. */
enum authority_place authority_place_of(const char *common_name);

#endif
