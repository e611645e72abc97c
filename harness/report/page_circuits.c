/* The page's section on simulated circuits: what a device would need for them, and how its times are made up.
 */
#include "harness/report/page.h"
#include "solvers/kernels/device.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What the runs of an entry tell: their largest circuit, and means over runs. */
typedef struct told {
    const qb_evidence_circuit *largest;
    double shots, modelled_s;
    uint64_t runs;
} told;

static told read_entry(const qb_evidence *e, uint32_t entry)
{
    told t = {0};
    for (uint64_t k = 0; k < e->runs; k++) {
        const qb_evidence_run *run = &e->run[k];
        if (run->entry != entry || !run->circuit || !*run->circuit->device)
            continue;
        if (!t.largest || run->circuit->qubits > t.largest->qubits)
            t.largest = run->circuit;
        t.shots += (double)run->samples;
        t.modelled_s += run->modelled_s;
        t.runs++;
    }
    t.shots /= (double)t.runs;
    t.modelled_s /= (double)t.runs;
    return t;
}

static void put_number(qb_page *page, double value)
{
    char text[QB_SAY];
    qb_html_number(page, qb_say_number(value, text), false);
}

/* Seconds at a person's scale. */
static void put_time(qb_page *page, double seconds)
{
    static const struct {
        double least, unit;
        const char *name;
    } scale[] = {{1, 1, "s"}, {1e-3, 1e-3, "ms"}, {0, 1e-6, "\u00b5s"}};
    char text[QB_SAY];
    size_t k = 0;
    while (k < 2 && seconds < scale[k].least)
        k++;
    snprintf(text, sizeof text, "%.3g %s", seconds / scale[k].unit, scale[k].name);
    qb_html_number(page, isnan(seconds) ? "-" : text, false);
}

static void put_entry(qb_page *page, const char *name, const told *t)
{
    const qb_evidence_circuit *c = t->largest;
    qb_html_row(page);
    qb_html_cell(page, name);
    qb_html_cell(page, c->device);
    qb_html_count(page, c->qubits);
    qb_html_count(page, c->layers);
    put_number(page, c->gates_1q);
    put_number(page, c->gates_2q);
    put_number(page, c->device_gates_2q);
    put_number(page, c->swaps);
    put_number(page, c->device_depth);
    for (int k = 0; k < QB_EVIDENCE_COUPLINGS; k++)
        put_number(page, c->on_depth[k]);
    put_number(page, round(t->shots));
    put_time(page, c->shot_s);
    put_time(page, t->modelled_s);
    qb_text_append(page->out, "</tr>");
}

/* Devices that some entry was modelled on. */
typedef struct used {
    qb_page *page;
    const char *name[16];
    size_t names;
} used;

static void use(used *u, const char *device)
{
    for (size_t k = 0; k < u->names; k++)
        if (!strcmp(u->name[k], device))
            return;
    if (u->names < sizeof u->name / sizeof *u->name)
        u->name[u->names++] = device;
}

static qb_status put_device(void *context, const qb_device *d, const char *source, const char *assumed)
{
    const used *u = context;
    for (size_t k = 0; k < u->names; k++)
        if (!strcmp(u->name[k], d->name))
            qb_html_paragraph(
                u->page,
                "%s (%s): gates of %.4g and %.4g us, reset %.4g us, readout %.4g us. Source: %s. "
                "Assumed, without a source: %s.",
                d->name, qb_coupling_name(d->coupling), 1e6 * d->one_qubit_s, 1e6 * d->two_qubit_s,
                1e6 * d->reset_s, 1e6 * d->readout_s, source, assumed);
    return QB_OK;
}

void qb_page_circuits(qb_page *page)
{
    static const char *const headings[] = {
        "solver",        "device",       ">qubits",          ">layers",         ">1q gates", ">2q gates",
        ">2q on device", ">SWAPs",       ">depth on device", ">all-to-all",     ">line",     ">grid",
        ">heavy-hex",    ">shots a run", ">modelled a shot", ">modelled a run", NULL};
    const qb_evidence *e = page->digest->evidence;
    used u = {.page = page};
    for (uint32_t k = 0; k < e->entries; k++) {
        told t = read_entry(e, k);
        if (!t.runs)
            continue;
        if (!u.names) {
            qb_html_section(page, "circuits", "What a device would need");
            qb_html_table(
                page,
                "The largest circuit of each solver that simulates a device: gates with all pairs "
                "coupled, then after routing on its device; depth on each kind of coupling with its "
                "gates. Times are modelled from published figures, never measured.",
                "circuits", headings);
        }
        use(&u, t.largest->device);
        put_entry(page, e->entry[k].name, &t);
    }
    if (!u.names)
        return;
    qb_html_close_table(page);
    (void)qb_device_each(put_device, &u, NULL); /* part of the program: it reads as it did in the runs */
    qb_html_close_section(page);
}
