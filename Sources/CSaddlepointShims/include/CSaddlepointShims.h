// SPDX-License-Identifier: GPL-3.0-or-later
// Nobody's API: see README.md in this folder's parent.
#pragma once
#include <gsl/gsl_errno.h>

/// Switches GSL's aborting error handler off for the process. Idempotent.
void saddlepoint_gsl_error_handler_off(void);
