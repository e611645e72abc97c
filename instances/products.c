#include "instances/products.h"

#include "harness/base/memory.h"
#include "harness/base/text.h"

#include <stdlib.h>
#include <string.h>

static int by_column(const void *a, const void *b)
{
    const qb_literal *x = a, *y = b;
    return x->column != y->column ? (x->column < y->column ? -1 : 1) : x->negated - y->negated;
}

/* Sorts; x x = x.  Returns how many are left: none where x (1 - x) is among them. */
static size_t simplify(qb_literal *literal, size_t count)
{
    size_t kept = 0;
    qsort(literal, count, sizeof *literal, by_column);
    for (size_t k = 0; k < count; k++) {
        bool again = kept && literal[kept - 1].column == literal[k].column;
        if (again && literal[kept - 1].negated != literal[k].negated)
            return 0;
        if (!again)
            literal[kept++] = literal[k];
    }
    return kept;
}

static qb_status remember(qb_product_columns *products, const qb_scan *scan, const qb_literal factor[2])
{
    if (products->count == products->capacity) {
        uint32_t capacity = products->capacity * 2 + 64;
        qb_product_column *grown =
            qb_realloc(products->product, products->count, capacity, sizeof *products->product);
        if (!grown)
            return qb_fail(scan->diag, QB_NO_MEMORY, "%s: out of memory", scan->file);
        products->product = grown;
        products->capacity = capacity;
    }
    products->product[products->count++] = (qb_product_column){{factor[0], factor[1]}, scan->line};
    return QB_OK;
}

static bool is_product(const qb_product_columns *products, uint32_t column, const qb_literal factor[2])
{
    if (products->count == 0 || column < products->first || column - products->first >= products->count)
        return false;
    const qb_literal *own = products->product[column - products->first].factor;
    return by_column(&own[0], &factor[0]) == 0 && by_column(&own[1], &factor[1]) == 0;
}

/* The column of the product of two, by its name. */
static qb_status take_column(qb_product_columns *products, qb_mip_draft *draft, const qb_scan *scan,
                             const qb_literal factor[2], const qb_text *name, uint32_t *column)
{
    char quote[QB_QUOTE_TEXT];
    qb_token token = {qb_text_get(name), name->length};
    uint32_t known = draft->columns;
    qb_status status = qb_mip_draft_column(draft, scan, token, column);
    if (status != QB_OK)
        return status;
    if (*column < known)
        return is_product(products, *column, factor)
                   ? QB_OK
                   : qb_scan_fail(scan, "a variable has the name '%s', which is a product's",
                                  qb_scan_quote(token, quote));
    if (products->count == 0)
        products->first = *column;
    draft->column[*column].type = QB_COLUMN_INTEGER;
    draft->column[*column].upper = 1;
    return remember(products, scan, factor);
}

static qb_status multiply(qb_product_columns *products, qb_mip_draft *draft, const qb_scan *scan,
                          const qb_literal factor[2], uint32_t *column)
{
    qb_text name = {0};
    for (int k = 0; k < 2; k++) {
        qb_text_append(&name, k ? "." : "");
        qb_text_append(&name, qb_names_at(&draft->column_names, factor[k].column));
        qb_text_append(&name, factor[k].negated ? "~" : "");
    }
    qb_status status = name.status ? qb_fail(scan->diag, QB_NO_MEMORY, "%s: out of memory", scan->file)
                                   : take_column(products, draft, scan, factor, &name, column);
    qb_text_clear(&name);
    return status;
}

qb_status qb_products_reduce(qb_product_columns *products, qb_mip_draft *draft, const qb_scan *scan,
                             qb_literal *literal, size_t *count, size_t most)
{
    qb_status status = QB_OK;
    size_t left = simplify(literal, *count), next = 1;
    for (; left > most && status == QB_OK; left--, next++) {
        const qb_literal factor[2] = {literal[0], literal[next]};
        literal[0].negated = false;
        status = multiply(products, draft, scan, factor, &literal[0].column);
    }
    if (status == QB_OK && left == 2)
        literal[1] = literal[next];
    *count = left;
    return status;
}

qb_status qb_products_define(const qb_product_columns *products, qb_mip_draft *draft, const qb_scan *scan)
{
    qb_status status = QB_OK;
    for (uint32_t k = 0; k < products->count && status == QB_OK; k++) {
        const qb_literal *factor = products->product[k].factor;
        double shift = factor[0].negated + factor[1].negated;
        qb_scan at = *scan;
        uint32_t row;
        at.line = products->product[k].line;
        if ((status = qb_mip_draft_add_row(draft, &at, &row)) != QB_OK)
            return status;
        draft->row[row].lower = -shift;
        draft->row[row].upper = 1 - shift;
        for (int f = 0; f < 2 && status == QB_OK; f++)
            status = qb_mip_draft_add_entry(draft, &at, row, factor[f].column, factor[f].negated ? -1 : 1);
        if (status == QB_OK)
            status = qb_mip_draft_add_entry(draft, &at, row, products->first + k, -2);
    }
    return status;
}

void qb_products_free(qb_product_columns *products)
{
    qb_free(products->product);
    *products = (qb_product_columns){0};
}
