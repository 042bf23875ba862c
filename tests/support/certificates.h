/* SPDX-License-Identifier: GPL-2.0-or-later */
/* certificates.h -- the files of tests/certificates, which tools/lab/certificates writes. */
#ifndef TLSWHY_TESTS_SUPPORT_CERTIFICATES_H
#define TLSWHY_TESTS_SUPPORT_CERTIFICATES_H

#include "analyze/certificate.h"

/* 2025-01-03T12:00:00Z: the good certificates, lists and staples are valid. */
#define CERTIFICATES_TIME INT64_C(1735905600)

/* The path of a file there: "leaf.der". Valid until the next call. */
const char *certificates_path(const char *file);

/* The octets of tests/certificates/NAME.der. They are kept until the program ends. A file that
 * cannot be read ends the program. */
struct bytes certificates_der(const char *name);

/* The same, read as a certificate. */
struct certificate certificates_read(const char *name);

#endif
