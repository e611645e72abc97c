/* Branch and cut by GLPK, in process.
 *
 * Incumbents are published from the callback as GLPK finds them, bounds as the tree closes; gap tolerances
 * are zero, the integer tolerance is the referee's.  Two presets, because neither dominates: `default` is
 * what glpsol does when asked nothing, `cuts` adds presolve, all cut classes, the feasibility pump and
 * proximity search.
 *
 * A warm start is offered as the first incumbent; then `cuts` goes without presolve.
 *
 * GLPK is never told the limit: the callback stops it between two relaxations, and a deadline that finds it
 * inside one abandons it there (solver.h).
 *
 * Proximity search is a tree of its own for every incumbent, and GLPK looks at no callback inside; left to
 * its default of a minute it eats the budget of models that take milliseconds without it (p0548: 0.08 s).
 * Where its own limit, wall time, runs out, a run of preset `cuts` need not repeat.
 *
 * Work: simplex iterations times constraint nonzeros.  A library error (memory included) leaves through
 * GLPK's error hook and frees its environment, so that it ends this run and nothing else.
 *
 * Source: A. Makhorin, "GNU Linear Programming Kit, reference manual for version 5.0" (2020).
 */
#include "harness/base/memory.h"
#include "solvers/solver.h"

#include <float.h>
#include <glpk.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#define GLPK_PARAMS(X)                                                                                 \
    X(choice, preset, "default", 0, 0, "default|cuts", "",                                             \
      "default as glpsol; cuts: presolve, all cuts, pump, proximity")                                  \
    X(choice, branch, "driebeck", 0, 0, "first|last|most-fractional|driebeck|pseudocost", "",          \
      "branching variable")                                                                            \
    X(choice, backtrack, "local-bound", 0, 0, "depth|breadth|local-bound|projection", "", "next node") \
    X(uint, proximity, "500", 0, 60000, "", "ms", "cuts: time for proximity search; 0: none")
QB_PARAMS_DECLARE(glpk_params, GLPK_PARAMS)
static const qb_param params_table[] = QB_PARAMS_TABLE(GLPK_PARAMS);

enum { PRESET_DEFAULT, PRESET_CUTS };
static const int branch_option[] = {GLP_BR_FFV, GLP_BR_LFV, GLP_BR_MFV, GLP_BR_DTH, GLP_BR_PCH};
static const int backtrack_option[] = {GLP_BT_DFS, GLP_BT_BFS, GLP_BT_BLB, GLP_BT_BPH};

typedef struct glpk_state {
    const qb_mip *mip;
    glpk_params params;
    qb_budget *budget;
    glp_prob *lp;              /* the program as we built it: vectors are reported in its columns */
    double *x;                 /* [columns] the last incumbent */
    uint64_t nonzeros;         /* at least 1 */
    int charged;               /* simplex iterations charged so far */
    bool published, presolves; /* presolves: it has not come to its tree yet */
    double best;               /* claim of the last publication */
    const double *warm;        /* [columns] offered once, or NULL */
    char assertion[96];        /* GLPK's own, that has failed */
    jmp_buf on_error;
} glpk_state;

static void on_library_error(void *info)
{
    glpk_state *s = info;
    longjmp(s->on_error, 1);
}

/* Charges the iterations since the last call. */
static bool charge(glpk_state *s, glp_prob *lp)
{
    int count = glp_get_it_cnt(lp), fresh = count > s->charged ? count - s->charged : 0;
    s->charged = count;
    return qb_budget_spend(s->budget, (uint64_t)fresh * s->nonzeros);
}

static double column_value(const glpk_state *s, uint32_t j, double value)
{
    uint8_t type = s->mip->type ? s->mip->type[j] : QB_COLUMN_BINARY;
    return type == QB_COLUMN_CONTINUOUS ? value : round(value);
}

/* The claim is recomputed from the rounded vector: GLPK's own objective carries its tolerances. */
static qb_status publish(glpk_state *s)
{
    const qb_mip *mip = s->mip;
    double claim = mip->constant, lost = 0;
    for (uint32_t j = 0; j < mip->columns; j++) {
        s->x[j] = column_value(s, j, glp_mip_col_val(s->lp, (int)j + 1));
        double term = mip->linear[j] * s->x[j] - lost, sum = claim + term;
        lost = (sum - claim) - term;
        claim = sum;
    }
    s->published = true;
    s->best = claim;
    return qb_budget_incumbent_mip(s->budget, s->x, claim);
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Where one stage inside glp_intopt ends and the next begins, and why it gives up, GLPK tells its terminal
 * and nobody else; nothing of it is printed. */
static int on_message(void *info, const char *text)
{
    glpk_state *s = info;
    if (s->presolves && begins(text, "Solving LP relaxation"))
        qb_budget_stage(s->budget, "relaxation");
    if (begins(text, "Assertion failed"))
        snprintf(s->assertion, sizeof s->assertion, "%.*s", (int)strcspn(text, "\n"), text);
    return 1;
}

static void end_presolve(glpk_state *s)
{
    if (s->presolves)
        qb_budget_stage(s->budget, "solve");
    s->presolves = false;
}

/* GLPK counts from 1. */
static void offer_warm(glpk_state *s, glp_tree *tree)
{
    double *x = QB_NEW(double, (size_t)s->mip->columns + 1);
    if (x) {
        memcpy(x + 1, s->warm, s->mip->columns * sizeof *x);
        glp_ios_heur_sol(tree, x);
    }
    qb_free(x);
    s->warm = NULL;
}

/* May the best of the nodes' bounds have changed: at every selection, and when the root has its own, before
 * pump and cuts, in which many a run ends? */
static bool has_news(glp_tree *tree)
{
    int nodes, reason = glp_ios_reason(tree);
    if (reason != GLP_IHEUR && reason != GLP_IBRANCH)
        return reason == GLP_ISELECT;
    glp_ios_tree_size(tree, NULL, NULL, &nodes);
    return nodes == 1;
}

/* Before its first node the tree has no bound, but the relaxation that it begins with has. */
static void publish_bound(glpk_state *s, glp_tree *tree)
{
    int node = glp_ios_best_node(tree);
    double bound = node > 0 ? glp_ios_node_bound(tree, node) : DBL_MAX;
    glp_prob *relaxation = glp_ios_get_prob(tree);
    if (node > 0 && fabs(bound) == DBL_MAX && glp_get_status(relaxation) == GLP_OPT)
        bound = glp_get_obj_val(relaxation);
    if (fabs(bound) < DBL_MAX)
        qb_budget_bound(s->budget, bound);
}

static void callback(glp_tree *tree, void *info)
{
    glpk_state *s = info;
    end_presolve(s);
    if (glp_ios_reason(tree) == GLP_IHEUR && s->warm)
        offer_warm(s, tree);
    if (glp_ios_reason(tree) == GLP_IBINGO && glp_mip_status(s->lp) == GLP_FEAS)
        publish(s); /* a stop is noticed by the charge below */
    if (has_news(tree))
        publish_bound(s, tree);
    if (!charge(s, glp_ios_get_prob(tree)))
        glp_ios_terminate(tree);
}

static int bound_type(double lower, double upper)
{
    if (lower == upper)
        return GLP_FX;
    if (isinf(lower))
        return isinf(upper) ? GLP_FR : GLP_UP;
    return isinf(upper) ? GLP_LO : GLP_DB;
}

static void load_columns(glpk_state *s)
{
    const qb_mip *mip = s->mip;
    glp_set_obj_dir(s->lp, mip->sense == QB_MAXIMISE ? GLP_MAX : GLP_MIN);
    glp_set_obj_coef(s->lp, 0, mip->constant);
    glp_add_cols(s->lp, (int)mip->columns);
    for (uint32_t j = 0; j < mip->columns; j++) {
        uint8_t type = mip->type ? mip->type[j] : QB_COLUMN_BINARY;
        double lower = mip->lower ? mip->lower[j] : 0, upper = mip->upper ? mip->upper[j] : 1;
        glp_set_col_kind(s->lp, (int)j + 1, type == QB_COLUMN_CONTINUOUS ? GLP_CV : GLP_IV);
        glp_set_col_bnds(s->lp, (int)j + 1, bound_type(lower, upper), lower, upper);
        glp_set_obj_coef(s->lp, (int)j + 1, mip->linear[j]);
    }
}

static qb_status load_rows(glpk_state *s)
{
    const qb_mip *mip = s->mip;
    /* GLPK counts from 1 and never touches element 0 */
    int *column = QB_NEW(int, (size_t)mip->columns + 1);
    double *value = QB_NEW(double, (size_t)mip->columns + 1);
    qb_status status = column && value ? QB_OK : QB_NO_MEMORY;
    if (status)
        goto done;
    if (mip->rows)
        glp_add_rows(s->lp, (int)mip->rows);
    for (uint32_t i = 0; i < mip->rows; i++) {
        uint64_t begin = mip->row_start[i], count = mip->row_start[i + 1] - begin;
        for (uint64_t k = 0; k < count; k++) {
            column[k + 1] = (int)mip->row_column[begin + k] + 1;
            value[k + 1] = mip->row_value[begin + k];
        }
        glp_set_mat_row(s->lp, (int)i + 1, (int)count, column, value);
        glp_set_row_bnds(s->lp, (int)i + 1, bound_type(mip->row_lower[i], mip->row_upper[i]),
                         mip->row_lower[i], mip->row_upper[i]);
    }
done:
    qb_free(value);
    qb_free(column);
    return status;
}

static void release(void *state)
{
    glpk_state *s = state;
    if (!s)
        return;
    glp_error_hook(NULL, NULL);
    if (s->lp)
        glp_delete_prob(s->lp);
    glp_free_env();
    qb_free(s->x);
    qb_free(s);
}

/* After an error hook the environment may hold anything: free it as a whole, and with it the problem. */
static qb_status library_failed(glpk_state *s, qb_diag *diag)
{
    glp_error_hook(NULL, NULL);
    glp_free_env();
    s->lp = NULL;
    return *s->assertion ? qb_fail(diag, QB_INTERNAL, "glpk gave up: %s", s->assertion)
                         : qb_fail(diag, QB_NO_MEMORY, "glpk gave up: out of memory");
}

static qb_status init(const qb_model *model, const void *params, uint64_t seed, qb_budget *budget,
                      void **state, qb_diag *diag)
{
    (void)seed; /* GLPK draws no random numbers that we could seed */
    const qb_mip *mip = model->mip;
    uint64_t entries = mip->rows ? mip->row_start[mip->rows] : 0;
    if (mip->pairs)
        return qb_fail(diag, QB_REFUSED, "glpk takes no quadratic objective");
    if (mip->columns > INT_MAX - 1 || mip->rows > INT_MAX - 1 || entries > INT_MAX - 1)
        return qb_fail(diag, QB_REFUSED, "too large for glpk's indices");
    glpk_state *s = qb_alloc(1, sizeof *s);
    if (!s)
        return QB_NO_MEMORY;
    s->mip = mip;
    memcpy(&s->params, params, sizeof s->params);
    s->budget = budget;
    s->nonzeros = entries ? entries : 1;
    s->warm = model->warm_columns;
    s->x = QB_NEW(double, mip->columns);
    if (!s->x) {
        release(s);
        return QB_NO_MEMORY;
    }
    if (setjmp(s->on_error)) {
        qb_status status = library_failed(s, diag);
        release(s);
        return status;
    }
    glp_term_out(GLP_OFF);
    glp_term_hook(on_message, s);
    glp_error_hook(on_library_error, s);
    s->lp = glp_create_prob();
    load_columns(s);
    qb_status status = load_rows(s);
    if (!status && !qb_budget_spend(budget, s->nonzeros + mip->columns))
        status = QB_STOPPED;
    if (status) {
        release(s);
        return status;
    }
    *state = s;
    return QB_OK;
}

static void set_options(glpk_state *s, glp_iocp *options)
{
    glp_init_iocp(options);
    options->msg_lev = GLP_MSG_OFF;
    options->br_tech = branch_option[s->params.branch];
    options->bt_tech = backtrack_option[s->params.backtrack];
    options->tol_int = 1e-6;
    options->mip_gap = 0;
    options->cb_func = callback;
    options->cb_info = s;
    if (s->params.preset == PRESET_CUTS) {
        options->presolve = s->warm ? GLP_OFF : GLP_ON; /* a presolved program has other columns */
        options->gmi_cuts = options->mir_cuts = options->cov_cuts = options->clq_cuts = GLP_ON;
        options->fp_heur = GLP_ON;
        options->ps_heur = s->params.proximity ? GLP_ON : GLP_OFF;
        options->ps_tm_lim = (int)s->params.proximity;
    }
}

/* The relaxation comes first (glp_intopt asks for an optimal basis unless it presolves). */
static qb_status solve_relaxation(glpk_state *s)
{
    glp_smcp options;
    glp_init_smcp(&options);
    options.msg_lev = GLP_MSG_OFF;
    qb_budget_stage(s->budget, "relaxation");
    glp_scale_prob(s->lp, GLP_SF_AUTO);
    glp_adv_basis(s->lp, 0);
    if (glp_simplex(s->lp, &options) == GLP_EFAIL) {
        glp_std_basis(s->lp);
        glp_simplex(s->lp, &options);
    }
    if (glp_get_status(s->lp) == GLP_OPT)
        qb_budget_bound(s->budget, glp_get_obj_val(s->lp));
    bool goes_on = charge(s, s->lp);
    qb_budget_stage(s->budget, "solve");
    if (!goes_on)
        return QB_STOPPED;
    if (glp_get_status(s->lp) == GLP_NOFEAS)
        qb_budget_infeasible(s->budget);
    return QB_OK;
}

static qb_status conclude(glpk_state *s, int code, qb_diag *diag)
{
    int status = glp_mip_status(s->lp);
    if (code == 0 && status == GLP_OPT) {
        qb_status stopped = publish(s);
        qb_budget_bound(s->budget, s->best);
        return stopped;
    }
    if (code == GLP_ENOPFS || (code == 0 && status == GLP_NOFEAS)) {
        qb_budget_infeasible(s->budget);
        return QB_OK;
    }
    if (qb_budget_is_over(s->budget) || code == GLP_ESTOP)
        return QB_STOPPED;
    if (code == GLP_ENODFS)
        return qb_fail(diag, QB_REFUSED, "the relaxation is unbounded");
    return qb_fail(diag, QB_INTERNAL, "glp_intopt returned %d", code);
}

static qb_status solve(void *state, qb_budget *budget, qb_diag *diag)
{
    glpk_state *s = state;
    s->budget = budget;
    if (setjmp(s->on_error))
        return library_failed(s, diag);
    qb_budget_detail_text(budget, "preset", s->params.preset == PRESET_CUTS ? "cuts" : "default");
    qb_budget_detail(budget, "gap_tolerance", 0);
    qb_budget_detail(budget, "integer_tolerance", 1e-6);
    glp_iocp options;
    if (s->params.preset == PRESET_DEFAULT || s->warm) {
        qb_status status = solve_relaxation(s);
        if (status)
            return status;
        if (glp_get_status(s->lp) == GLP_NOFEAS)
            return QB_OK;
        if (glp_get_status(s->lp) == GLP_UNBND)
            return qb_fail(diag, QB_REFUSED, "the relaxation is unbounded");
        if (glp_get_status(s->lp) != GLP_OPT)
            return qb_budget_is_over(budget) ? QB_STOPPED
                                             : qb_fail(diag, QB_OK, "the relaxation was not solved");
    }
    set_options(s, &options);
    if (options.presolve == GLP_ON) {
        s->presolves = true;
        options.msg_lev = GLP_MSG_ALL;
        glp_term_out(GLP_ON);
        qb_budget_stage(budget, "presolve");
    }
    int code = glp_intopt(s->lp, &options);
    end_presolve(s); /* it may have solved everything */
    return conclude(s, code, diag);
}

const qb_solver qb_solver_glpk = {
    .version = QB_SOLVER_VERSION,
    .name = "glpk",
    .family = "branch and cut",
    .summary = "GLPK's branch and cut, in process, gap tolerances zero",
    .source = "A. Makhorin, GNU Linear Programming Kit 5.0 (2020)",
    .takes = QB_TAKES_MIP,
    .execution = QB_NATIVE,
    .proves_optimality = true,
    .deterministic = true,
    .abandons = true,
    .params = params_table,
    .param_count = sizeof params_table / sizeof *params_table,
    .params_size = sizeof(glpk_params),
    .init = init,
    .solve = solve,
    .free = release,
    .version_text = glp_version,
};
