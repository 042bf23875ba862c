/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"

const struct cause *const cause_list[] = {
#define CAUSE(name) &cause_##name,
#include "analyze/causes/causes.def"
#undef CAUSE
};

const size_t cause_count = sizeof(cause_list) / sizeof(cause_list[0]);
