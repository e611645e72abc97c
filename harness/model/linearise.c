#include "harness/model/linearise.h"

#include <math.h>

/* Where the standard form ends.  Denser, its relaxation (half of every product) is hardly better than the
 * compact one's and takes many times longer; larger, one LP takes longer than many nodes. */
#define STANDARD_DENSITY_MOST  6
#define STANDARD_PRODUCTS_MOST 20000

/* Does the objective pull the product towards 1? */
static bool is_pulled_up(const qb_products *products, uint64_t k)
{
    return (products->pair[k].weight > 0) == (products->sense == QB_MAXIMISE);
}

static bool is_owner_new(const qb_products *products, uint64_t k)
{
    return k == 0 || products->pair[k].i != products->pair[k - 1].i;
}

static void add_standard(qb_sheet *s, const qb_products *products)
{
    for (uint64_t k = 0; k < products->count; k++) {
        qb_pair p = products->pair[k];
        uint32_t y = qb_sheet_add_column(s, QB_COLUMN_CONTINUOUS, p.weight, 0, 1);
        if (is_pulled_up(products, k)) {
            qb_sheet_add_entry(s, p.i, 1);
            qb_sheet_add_entry(s, y, -1);
            qb_sheet_end_row(s, 0, INFINITY);
            qb_sheet_add_entry(s, p.j, 1);
            qb_sheet_add_entry(s, y, -1);
            qb_sheet_end_row(s, 0, INFINITY);
        } else {
            qb_sheet_add_entry(s, p.i, 1);
            qb_sheet_add_entry(s, p.j, 1);
            qb_sheet_add_entry(s, y, -1);
            qb_sheet_end_row(s, -INFINITY, 1);
        }
    }
}

/* The products of variable `owner` are product[begin..end). */
static void add_owner(qb_sheet *s, const qb_pair *product, uint64_t begin, uint64_t end, qb_sense sense)
{
    uint32_t owner = product[begin].i;
    double least = 0, most = 0;
    for (uint64_t k = begin; k < end; k++) {
        least += fmin(0, product[k].weight);
        most += fmax(0, product[k].weight);
    }
    bool maximise = sense == QB_MAXIMISE;
    double near = maximise ? most : least, far = maximise ? least : most;
    uint32_t z = qb_sheet_add_column(s, QB_COLUMN_CONTINUOUS, 1, least, most);
    qb_sheet_add_entry(s, owner, -near);
    qb_sheet_add_entry(s, z, 1);
    qb_sheet_end_row(s, maximise ? -INFINITY : 0, maximise ? 0 : INFINITY);
    qb_sheet_add_entry(s, owner, -far);
    for (uint64_t k = begin; k < end; k++)
        qb_sheet_add_entry(s, product[k].j, -product[k].weight);
    qb_sheet_add_entry(s, z, 1);
    qb_sheet_end_row(s, maximise ? -INFINITY : -far, maximise ? -far : INFINITY);
}

static void add_compact(qb_sheet *s, const qb_products *products)
{
    for (uint64_t begin = 0, end; begin < products->count; begin = end) {
        for (end = begin + 1; end < products->count && !is_owner_new(products, end);)
            end++;
        add_owner(s, products->pair, begin, end, products->sense);
    }
}

/* The first product of owner i. */
static uint64_t first_of(const qb_products *products, uint32_t i)
{
    uint64_t low = 0, high = products->count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (products->pair[middle].i < i)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The four rows of x_i, x_j, x_k whose products are columns ij, ik, jk. */
static void add_triangle(qb_sheet *s, const uint32_t x[3], uint32_t ij, uint32_t ik, uint32_t jk)
{
    const uint32_t across[3] = {jk, ik, ij};
    for (int corner = 0; corner < 3; corner++) {
        qb_sheet_add_entry(s, x[corner], -1);
        for (int edge = 0; edge < 3; edge++)
            qb_sheet_add_entry(s, across[edge], edge == corner ? -1 : 1);
        qb_sheet_end_row(s, -INFINITY, 0);
    }
    for (int corner = 0; corner < 3; corner++)
        qb_sheet_add_entry(s, x[corner], 1);
    for (int edge = 0; edge < 3; edge++)
        qb_sheet_add_entry(s, across[edge], -1);
    qb_sheet_end_row(s, -INFINITY, 1);
}

/* Walks the triangles, merging the partners of i beyond j with those of j; adds their rows to a sheet, whose
 * columns from `first` on are the products, or only counts them (NULL). */
static uint64_t walk_triangles(const qb_products *products, qb_sheet *s, uint32_t first)
{
    const qb_pair *p = products->pair;
    uint64_t triangles = 0;
    for (uint64_t ij = 0; ij < products->count; ij++) {
        uint64_t ik = ij + 1, jk = first_of(products, p[ij].j);
        while (ik < products->count && jk < products->count && p[ik].i == p[ij].i && p[jk].i == p[ij].j) {
            if (p[ik].j != p[jk].j) {
                *(p[ik].j < p[jk].j ? &ik : &jk) += 1;
                continue;
            }
            if (s)
                add_triangle(s, (const uint32_t[3]){p[ij].i, p[ij].j, p[ik].j}, first + (uint32_t)ij,
                             first + (uint32_t)ik, first + (uint32_t)jk);
            triangles++;
            ik++;
            jk++;
        }
    }
    return triangles;
}

static qb_extent extent_of_products(const qb_products *products)
{
    qb_extent e = {0};
    for (uint64_t k = 0; k < products->count; k++) {
        bool up = is_pulled_up(products, k);
        uint64_t owner = is_owner_new(products, k);
        e.columns += products->compact ? owner : 1;
        e.rows += products->compact ? 2 * owner : up ? 2 : 1;
        e.entries += products->compact ? 1 + 4 * owner : up ? 4 : 3;
    }
    return e;
}

qb_products qb_linearise_choose(const qb_lowering_options *options, qb_sense sense, uint32_t variables,
                                uint64_t count, const qb_pair *pair)
{
    qb_products p = {.sense = sense, .count = count, .pair = pair};
    p.compact = options->linearisation == QB_LINEARISE_COMPACT;
    if (options->linearisation == QB_LINEARISE_AUTO)
        p.compact = count > STANDARD_PRODUCTS_MOST || count > STANDARD_DENSITY_MOST * (uint64_t)variables;
    if (p.compact || options->triangles == QB_TRIANGLES_OFF)
        return p;
    uint64_t triangles = walk_triangles(&p, NULL, 0);
    if (options->triangles == QB_TRIANGLES_ON || 4 * triangles <= extent_of_products(&p).rows)
        p.triangles = triangles;
    return p;
}

qb_extent qb_linearise_extent(const qb_products *products)
{
    qb_extent e = extent_of_products(products);
    e.rows += 4 * products->triangles;
    e.entries += 18 * products->triangles;
    return e;
}

void qb_linearise_add(const qb_products *products, qb_sheet *sheet)
{
    uint32_t first = sheet->columns;
    if (products->compact)
        add_compact(sheet, products);
    else
        add_standard(sheet, products);
    if (products->triangles)
        walk_triangles(products, sheet, first);
}
