// SPDX-License-Identifier: GPL-3.0-or-later
// Nobody's API: see README.md in this folder's parent.
#pragma once
#include <stddef.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_interp.h>
#include <gsl/gsl_min.h>
#include <gsl/gsl_multimin.h>
#include <gsl/gsl_multiroots.h>
#include <gsl/gsl_odeiv2.h>
#include <gsl/gsl_roots.h>

/// Switches GSL's aborting error handler off for the process. Idempotent.
void saddlepoint_gsl_error_handler_off(void);

// Algorithm constants: C globals, which Swift 6 refuses as shared mutable state.
const gsl_root_fsolver_type *saddlepoint_root_brent(void);
const gsl_multiroot_fsolver_type *saddlepoint_multiroot_hybrids(void);
const gsl_multiroot_fdfsolver_type *saddlepoint_multiroot_hybridsj(void);
const gsl_min_fminimizer_type *saddlepoint_min_brent(void);
const gsl_multimin_fminimizer_type *saddlepoint_multimin_nmsimplex2(void);
const gsl_multimin_fdfminimizer_type *saddlepoint_multimin_bfgs2(void);
const gsl_odeiv2_step_type *saddlepoint_ode_rk8pd(void);
const gsl_odeiv2_step_type *saddlepoint_ode_bsimp(void);
const gsl_odeiv2_step_type *saddlepoint_ode_msbdf(void);
const gsl_interp_type *saddlepoint_interp_linear(void);
const gsl_interp_type *saddlepoint_interp_cspline(void);
const gsl_interp_type *saddlepoint_interp_akima(void);
const gsl_interp_type *saddlepoint_interp_steffen(void);
const gsl_integration_fixed_type *saddlepoint_fixed_hermite(void);

// The benchmark's references: the integral of exp(-a x) over [0, 1], all of it in C.

/// One QAGS call; `*calls` receives the number of integrand evaluations.
double saddlepoint_benchmark_qags_c(double a, double relative, gsl_integration_workspace *workspace, size_t *calls);
/// GSL's fixed Gauss-Legendre rule with a C integrand.
double saddlepoint_benchmark_glfixed_c(double a, const gsl_integration_glfixed_table *table);
