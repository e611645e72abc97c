#include "harness/base/credit.h"

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

#define THREADS_MOST (1 << 20) /* so that no product overflows */
#define SLACK_NS     1000000

qb_credit qb_credit_open(uint32_t threads, int64_t charged)
{
    return (qb_credit){.threads = threads < THREADS_MOST ? threads : THREADS_MOST, .charged = charged};
}

/* Of the hold that is on. */
static int64_t held_wall(const qb_credit *c, int64_t wall)
{
    return c->held ? least(wall - c->since_wall, c->most) : 0;
}

static int64_t held_cpu(const qb_credit *c, int64_t wall, int64_t cpu)
{
    return c->held ? least(cpu - c->since_cpu, c->threads * held_wall(c, wall)) : 0;
}

int64_t qb_credit_wall(const qb_credit *c, int64_t wall)
{
    return c->wall + held_wall(c, wall) - c->charged;
}

int64_t qb_credit_cpu(const qb_credit *c, int64_t wall, int64_t cpu)
{
    return c->cpu + held_cpu(c, wall, cpu) - c->charged;
}

void qb_credit_hold(qb_credit *c, int64_t wall, int64_t cpu, int64_t most)
{
    qb_credit_resume(c, wall, cpu, true);
    c->held = 1;
    c->since_wall = wall;
    c->since_cpu = cpu;
    c->most = least(most, QB_CREDIT_MOST_NS);
}

void qb_credit_resume(qb_credit *c, int64_t wall, int64_t cpu, bool counts)
{
    if (counts) {
        c->cpu += held_cpu(c, wall, cpu);
        c->wall += held_wall(c, wall);
    }
    c->held = 0;
}

bool qb_credit_is_possible(const qb_credit *c, int64_t wall)
{
    wall += SLACK_NS;
    bool held = c->held == 0 || (c->held == 1 && c->since_wall >= c->wall && c->since_wall <= wall &&
                                 c->since_cpu >= c->cpu && c->most >= 0 && c->most <= QB_CREDIT_MOST_NS);
    return held && c->threads >= 1 && c->wall >= 0 && c->wall <= wall && c->cpu >= 0 &&
           c->cpu / c->threads <= c->wall;
}
