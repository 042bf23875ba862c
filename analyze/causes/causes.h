/* SPDX-License-Identifier: GPL-2.0-or-later */
/* causes.h -- what every file in this folder includes, and the constants that they define. */
#ifndef TLSWHY_ANALYZE_CAUSES_CAUSES_H
#define TLSWHY_ANALYZE_CAUSES_CAUSES_H

#include "analyze/cause.h"
#include "analyze/describe.h"
#include "dissect/names.h"
#include "dissect/tls.h"

#define CAUSE(name) extern const struct cause cause_##name;
#include "analyze/causes/causes.def"
#undef CAUSE

#endif
