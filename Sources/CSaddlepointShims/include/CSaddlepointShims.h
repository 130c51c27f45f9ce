// SPDX-License-Identifier: GPL-3.0-or-later
// Nobody's API: see README.md beside the sources.
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

// Algorithm constants are mutable globals to Swift; these accessors are safe to call from any thread.
const gsl_root_fsolver_type *saddlepoint_root_brent(void);
const gsl_min_fminimizer_type *saddlepoint_min_brent(void);
const gsl_multiroot_fsolver_type *saddlepoint_multiroot_hybrids(void);
const gsl_multiroot_fdfsolver_type *saddlepoint_multiroot_hybridsj(void);
const gsl_multimin_fminimizer_type *saddlepoint_multimin_nmsimplex2(void);
const gsl_multimin_fdfminimizer_type *saddlepoint_multimin_bfgs2(void);
const gsl_odeiv2_step_type *saddlepoint_step_rk8pd(void);
const gsl_odeiv2_step_type *saddlepoint_step_bsimp(void);
const gsl_odeiv2_step_type *saddlepoint_step_msbdf(void);
const gsl_interp_type *saddlepoint_interp_cspline(void);
const gsl_interp_type *saddlepoint_interp_akima(void);
const gsl_interp_type *saddlepoint_interp_steffen(void);
const gsl_integration_fixed_type *saddlepoint_fixed_hermite(void);

/// Reference of the benchmark: exp(-a x) on [0, 1] by QAGS, integrand in C, `repeats` times; returns the sum.
double saddlepoint_benchmark_qags(double a, int repeats, size_t *evaluations);
/// Reference of the benchmark: exp(-a x) on [0, 1] by an n-point Gauss-Legendre rule with a C callback, `repeats` times.
double saddlepoint_benchmark_gauss_legendre(double a, size_t n, int repeats);
