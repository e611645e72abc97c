#define _GNU_SOURCE
#include "solvers/kernels/device.h"

#include "harness/base/text.h"
#include "harness/base/yaml.h"

#include <string.h>

extern const char *const qb_devices_shipped[]; /* name and content of the data file */

typedef struct field {
    const char *key;
    size_t offset;
    double unit;
} field;

static const field numbers[] = {
    {"one_qubit_ns", offsetof(qb_device, one_qubit_s), 1e-9},
    {"two_qubit_ns", offsetof(qb_device, two_qubit_s), 1e-9},
    {"reset_ns", offsetof(qb_device, reset_s), 1e-9},
    {"readout_ns", offsetof(qb_device, readout_s), 1e-9},
    {"error_1q", offsetof(qb_device, error_1q), 1},
    {"error_2q", offsetof(qb_device, error_2q), 1},
    {"error_readout", offsetof(qb_device, error_readout), 1},
    {"t1_us", offsetof(qb_device, t1_s), 1e-6},
};

static const char *text_of(const qb_yaml_node *entry, const char *key)
{
    const qb_yaml_node *node = qb_yaml_get(entry, key);
    return node ? node->text : "";
}

static bool number_of(const qb_yaml_node *entry, const char *key, double *value)
{
    const char *text = text_of(entry, key);
    return qb_parse_double(text, strlen(text), value) && *value >= 0;
}

static qb_status read_device(const qb_yaml_node *entry, qb_device *device, qb_diag *diag)
{
    const char *name = text_of(entry, "device");
    double gates, parallel;
    *device = (qb_device){.coupling = qb_coupling_find(text_of(entry, "coupling"))};
    bool fits = strlen(name) > 0 && strlen(name) < sizeof device->name && text_of(entry, "source")[0] &&
                text_of(entry, "assumed")[0];
    if (fits)
        memcpy(device->name, name, strlen(name));
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers && fits; k++) {
        double *into = (double *)((char *)device + numbers[k].offset);
        fits = number_of(entry, numbers[k].key, into);
        *into *= numbers[k].unit;
    }
    if (!fits || device->coupling == QB_COUPLINGS || !number_of(entry, "gates_a_coupling", &gates) ||
        !number_of(entry, "parallel", &parallel) || gates < 1 || gates > 8 || parallel > 1e6)
        return qb_fail(diag, QB_BAD_INPUT, "devices.yaml:%u: a value is missing or wrong", entry->line);
    device->gates_a_coupling = (uint32_t)gates;
    device->parallel = (uint32_t)parallel;
    return QB_OK;
}

static qb_status open_list(qb_yaml **yaml, qb_diag *diag)
{
    const char *text = qb_devices_shipped[1];
    return qb_yaml_parse("devices.yaml", text, strlen(text), yaml, diag);
}

qb_status qb_device_each(qb_device_visit visit, void *context, qb_diag *diag)
{
    qb_yaml *yaml = NULL;
    qb_status status = open_list(&yaml, diag);
    if (status)
        return status;
    for (const qb_yaml_node *n = qb_yaml_root(yaml)->first; n && !status; n = n->next) {
        qb_device device;
        status = read_device(n, &device, diag);
        if (!status)
            status = visit(context, &device, text_of(n, "source"), text_of(n, "assumed"));
    }
    qb_yaml_free(yaml);
    return status;
}

qb_status qb_device_find(const char *name, qb_device *device, qb_diag *diag)
{
    char hint[QB_HINT_TEXT];
    qb_nearest near = {.word = name};
    qb_yaml *yaml = NULL;
    qb_status status = open_list(&yaml, diag);
    if (status)
        return status;
    const qb_yaml_node *n = qb_yaml_root(yaml)->first;
    for (; n && strcmp(text_of(n, "device"), name) != 0; n = n->next)
        qb_nearest_offer(&near, text_of(n, "device"));
    status = n ? read_device(n, device, diag)
               : qb_fail(diag, QB_BAD_INPUT, "unknown device '%.60s'%s", name, qb_nearest_hint(&near, hint));
    qb_yaml_free(yaml);
    return status;
}

bool qb_device_is_bound(const char *name)
{
    return !strcmp(name, "optimistic");
}

double qb_device_shot_seconds(const qb_device *device, const qb_routed *circuit)
{
    return device->reset_s + (double)circuit->depth_1q * device->one_qubit_s +
           (double)circuit->depth_2q * device->two_qubit_s + device->readout_s;
}

static void tell(const qb_device *d, const qb_routed *r, qb_budget *budget)
{
    qb_budget_detail_text(budget, "device", d->name);
    qb_budget_detail_text(budget, "device_coupling", qb_coupling_name(d->coupling));
    qb_budget_detail_text(budget, "device_routing", r->method);
    qb_budget_detail(budget, "device_gates_2q", (double)r->gates_2q);
    qb_budget_detail(budget, "device_swaps", (double)r->swaps);
    qb_budget_detail(budget, "device_depth_1q", (double)r->depth_1q);
    qb_budget_detail(budget, "device_depth_2q", (double)r->depth_2q);
    qb_budget_detail(budget, "modelled_shot_s", qb_device_shot_seconds(d, r));
    qb_budget_detail(budget, "modelled_overhead_s", d->reset_s + d->readout_s);
}

qb_status qb_device_model(const qb_device *device, const qb_cost *cost, uint32_t layers, qb_budget *budget,
                          qb_routed *routed, qb_diag *diag)
{
    qb_routed on[QB_COUPLINGS];
    double gates[QB_COUPLINGS], depth[QB_COUPLINGS];
    for (unsigned c = 0; c < QB_COUPLINGS; c++) {
        qb_status status = qb_qaoa_route(cost, layers, (qb_coupling)c, device->gates_a_coupling,
                                         device->parallel, &on[c], diag);
        if (status)
            return status;
        gates[c] = (double)on[c].gates_2q;
        depth[c] = (double)(on[c].depth_1q + on[c].depth_2q);
    }
    *routed = on[device->coupling];
    tell(device, routed, budget);
    qb_budget_detail_list(budget, "coupling_gates_2q", gates, QB_COUPLINGS);
    qb_budget_detail_list(budget, "coupling_depth", depth, QB_COUPLINGS);
    return QB_OK;
}
