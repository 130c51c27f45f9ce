// SPDX-License-Identifier: GPL-3.0-or-later
#include "CSaddlepointShims.h"
#include <math.h>

void saddlepoint_gsl_error_handler_off(void) { gsl_set_error_handler_off(); }

const gsl_root_fsolver_type *saddlepoint_root_brent(void) { return gsl_root_fsolver_brent; }
const gsl_min_fminimizer_type *saddlepoint_min_brent(void) { return gsl_min_fminimizer_brent; }
const gsl_multiroot_fsolver_type *saddlepoint_multiroot_hybrids(void) { return gsl_multiroot_fsolver_hybrids; }
const gsl_multiroot_fdfsolver_type *saddlepoint_multiroot_hybridsj(void) { return gsl_multiroot_fdfsolver_hybridsj; }
const gsl_multimin_fminimizer_type *saddlepoint_multimin_nmsimplex2(void) { return gsl_multimin_fminimizer_nmsimplex2; }
const gsl_multimin_fdfminimizer_type *saddlepoint_multimin_bfgs2(void) {
  return gsl_multimin_fdfminimizer_vector_bfgs2;
}
const gsl_odeiv2_step_type *saddlepoint_step_rk8pd(void) { return gsl_odeiv2_step_rk8pd; }
const gsl_odeiv2_step_type *saddlepoint_step_bsimp(void) { return gsl_odeiv2_step_bsimp; }
const gsl_odeiv2_step_type *saddlepoint_step_msbdf(void) { return gsl_odeiv2_step_msbdf; }
const gsl_interp_type *saddlepoint_interp_cspline(void) { return gsl_interp_cspline; }
const gsl_interp_type *saddlepoint_interp_akima(void) { return gsl_interp_akima; }
const gsl_interp_type *saddlepoint_interp_steffen(void) { return gsl_interp_steffen; }
const gsl_integration_fixed_type *saddlepoint_fixed_hermite(void) { return gsl_integration_fixed_hermite; }

struct benchmark_integrand {
  double a;
  size_t evaluations;
};

static double integrand(double x, void *context) {
  struct benchmark_integrand *self = context;
  self->evaluations++;
  return exp(-self->a * x);
}

double saddlepoint_benchmark_qags(double a, int repeats, size_t *evaluations) {
  struct benchmark_integrand context = {a, 0};
  gsl_function f = {integrand, &context};
  gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(1000);
  double sum = 0, value, error;
  for (int i = 0; i < repeats; i++) {
    gsl_integration_qags(&f, 0, 1, 0, 1e-10, 1000, workspace, &value, &error);
    sum += value;
  }
  gsl_integration_workspace_free(workspace);
  *evaluations = context.evaluations;
  return sum;
}

double saddlepoint_benchmark_gauss_legendre(double a, size_t n, int repeats) {
  struct benchmark_integrand context = {a, 0};
  gsl_function f = {integrand, &context};
  gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(n);
  double sum = 0;
  for (int i = 0; i < repeats; i++) sum += gsl_integration_glfixed(&f, 0, 1, table);
  gsl_integration_glfixed_table_free(table);
  return sum;
}
