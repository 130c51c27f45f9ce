// SPDX-License-Identifier: GPL-3.0-or-later
#include "CSaddlepointShims.h"

void saddlepoint_gsl_error_handler_off(void) { gsl_set_error_handler_off(); }
