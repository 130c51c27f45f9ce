// SPDX-License-Identifier: GPL-3.0-or-later
#include "CSaddlepointShims.h"

#include <math.h>

void saddlepoint_gsl_error_handler_off(void) { gsl_set_error_handler_off(); }

const gsl_root_fsolver_type *saddlepoint_root_brent(void) { return gsl_root_fsolver_brent; }
const gsl_multiroot_fsolver_type *saddlepoint_multiroot_hybrids(void) { return gsl_multiroot_fsolver_hybrids; }
const gsl_multiroot_fdfsolver_type *saddlepoint_multiroot_hybridsj(void) { return gsl_multiroot_fdfsolver_hybridsj; }
const gsl_min_fminimizer_type *saddlepoint_min_brent(void) { return gsl_min_fminimizer_brent; }
const gsl_multimin_fminimizer_type *saddlepoint_multimin_nmsimplex2(void) { return gsl_multimin_fminimizer_nmsimplex2; }
const gsl_multimin_fdfminimizer_type *saddlepoint_multimin_bfgs2(void) {
  return gsl_multimin_fdfminimizer_vector_bfgs2;
}
const gsl_odeiv2_step_type *saddlepoint_ode_rk8pd(void) { return gsl_odeiv2_step_rk8pd; }
const gsl_odeiv2_step_type *saddlepoint_ode_bsimp(void) { return gsl_odeiv2_step_bsimp; }
const gsl_odeiv2_step_type *saddlepoint_ode_msbdf(void) { return gsl_odeiv2_step_msbdf; }
const gsl_interp_type *saddlepoint_interp_linear(void) { return gsl_interp_linear; }
const gsl_interp_type *saddlepoint_interp_cspline(void) { return gsl_interp_cspline; }
const gsl_interp_type *saddlepoint_interp_akima(void) { return gsl_interp_akima; }
const gsl_interp_type *saddlepoint_interp_steffen(void) { return gsl_interp_steffen; }
const gsl_integration_fixed_type *saddlepoint_fixed_hermite(void) { return gsl_integration_fixed_hermite; }

static double decay(double x, void *a) { return exp(-*(double *)a * x); }

typedef struct {
  double a;
  size_t calls;
} counted;

static double counted_decay(double x, void *context) {
  counted *c = context;
  c->calls++;
  return exp(-c->a * x);
}

double saddlepoint_benchmark_qags_c(double a, double relative, gsl_integration_workspace *workspace, size_t *calls) {
  counted context = {a, 0};
  gsl_function f = {counted_decay, &context};
  double value = 0, error = 0;
  gsl_integration_qags(&f, 0, 1, 0, relative, workspace->limit, workspace, &value, &error);
  *calls = context.calls;
  return value;
}

double saddlepoint_benchmark_glfixed_c(double a, const gsl_integration_glfixed_table *table) {
  gsl_function f = {decay, &a};
  return gsl_integration_glfixed(&f, 0, 1, table);
}
