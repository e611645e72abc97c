#define _POSIX_C_SOURCE 200809L
#include "harness/cli/progress.h"

#include "harness/base/json.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

enum { BAR_WIDTH = 30 };
static const double line_interval_s = 30, event_interval_s = 1;

/* To be appended to, at the beginning of a line: who was killed may have left half of one. */
static FILE *open_events(const char *path)
{
    FILE *events = fopen(path, "a+");
    if (events && fseek(events, -1, SEEK_END) == 0) {
        bool torn = fgetc(events) != '\n';
        (void)fseek(events, 0, SEEK_END);
        if (torn)
            (void)fputc('\n', events);
    }
    return events;
}

static void append_counts(qb_text *text, const qb_plan_progress *now)
{
    qb_text_appendf(text, "%llu/%llu runs", (unsigned long long)(now->skipped + now->done),
                    (unsigned long long)now->total);
    if (now->failed)
        qb_text_appendf(text, ", %llu failed", (unsigned long long)now->failed);
    if (now->running)
        qb_text_appendf(text, ", %u running", now->running);
    if (!isnan(now->eta_s) && now->skipped + now->done < now->total) {
        qb_text_append(text, ", ");
        qb_text_append_duration(text, now->eta_s);
        qb_text_append(text, " left");
    }
}

static void draw_bar(const qb_plan_progress *now)
{
    char bar[BAR_WIDTH + 1];
    uint64_t over = now->skipped + now->done;
    size_t full = now->total ? (size_t)(over * BAR_WIDTH / now->total) : BAR_WIDTH;
    for (size_t k = 0; k < BAR_WIDTH; k++)
        bar[k] = k < full ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
    qb_text text = {0};
    append_counts(&text, now);
    fprintf(stderr, "\r[%s] %s\033[K", bar, qb_text_get(&text));
    qb_text_clear(&text);
}

/* A line every tenth of the way, and at least twice a minute. */
static void write_line(qb_progress *p, const qb_plan_progress *now)
{
    uint64_t over = now->skipped + now->done;
    unsigned tenth = now->total ? (unsigned)(over * 10 / now->total) : 10;
    if (tenth == p->last_tenth && now->elapsed_s - p->last_line_s < line_interval_s)
        return;
    p->last_tenth = tenth;
    p->last_line_s = now->elapsed_s;
    qb_text text = {0};
    append_counts(&text, now);
    fprintf(stderr, "%s\n", qb_text_get(&text));
    qb_text_clear(&text);
}

static void write_run(const qb_progress *p, qb_json_writer *json, const qb_plan_run *run)
{
    qb_json_put_string(json, "instance", p->instance[run->instance].problem->name);
    qb_json_put_string(json, "label", p->experiment->entry[run->entry].label);
    qb_json_put_string(json, "lowering", p->experiment->lowering[run->lowering].name);
    qb_json_put_uint(json, "copy", run->copy);
    qb_json_put_uint(json, "repeat", run->repeat);
}

static void write_result(qb_json_writer *json, const qb_run_result *result)
{
    qb_json_put_string(json, "status", qb_outcome_name(result->outcome));
    qb_json_put_double(json, "objective", result->has_solution ? result->score.objective : NAN);
    qb_json_put_bool(json, "feasible", result->has_solution && result->score.feasible);
    qb_json_put_double(json, "wall_s", result->wall_s);
    qb_json_put_double(json, "cpu_s", result->cpu_s);
}

static void write_counts(qb_json_writer *json, const qb_plan_progress *now)
{
    qb_json_put_uint(json, "done", now->skipped + now->done);
    qb_json_put_uint(json, "total", now->total);
    qb_json_put_uint(json, "failed", now->failed);
    qb_json_put_uint(json, "running", now->running);
    qb_json_put_double(json, "eta_s", now->eta_s);
}

/* ended: of the execution, else NULL. */
static void write_event(qb_progress *p, const char *event, const qb_plan_progress *now, const char *ended)
{
    qb_text text = {0};
    qb_json_writer json = {.out = &text};
    qb_json_open(&json, '{');
    qb_json_put_string(&json, "event", event);
    qb_json_put_string(&json, "experiment", p->experiment->name);
    if (now->begun || now->finished)
        write_run(p, &json, now->begun ? now->begun : now->finished);
    if (now->finished)
        write_result(&json, now->result);
    if (ended)
        qb_json_put_string(&json, "status", ended);
    write_counts(&json, now);
    qb_json_close(&json, '}');
    if (text.status || fprintf(p->events, "%s\n", qb_text_get(&text)) < 0 || fflush(p->events))
        p->events_lost++;
    qb_text_clear(&text);
    p->last_event_s = now->elapsed_s;
}

qb_status qb_progress_open(qb_progress *p, const qb_experiment *experiment, const qb_plan_instance *instance,
                           uint64_t total, bool quiet, const char *events_path, qb_diag *diag)
{
    *p = (qb_progress){.experiment = experiment,
                       .instance = instance,
                       .quiet = quiet,
                       .last = {.total = total, .eta_s = NAN}};
    p->terminal = !quiet && isatty(STDERR_FILENO);
    if (events_path && !(p->events = open_events(events_path)))
        return qb_fail(diag, QB_ENVIRONMENT, "cannot write events to '%s': %s", events_path, strerror(errno));
    if (p->events)
        write_event(p, "begin", &p->last, NULL);
    return QB_OK;
}

void qb_progress_show(void *context, const qb_plan_progress *now)
{
    qb_progress *p = context;
    bool tick = !now->begun && !now->finished;
    if (p->events && (!tick || now->elapsed_s - p->last_event_s >= event_interval_s))
        write_event(p, now->begun ? "start" : now->finished ? "run" : "progress", now, NULL);
    p->last = *now;
    if (p->terminal)
        draw_bar(now);
    else if (!p->quiet)
        write_line(p, now);
}

static void write_end(qb_progress *p, qb_status status)
{
    qb_plan_progress last = p->last;
    last.begun = last.finished = NULL;
    last.running = 0;
    write_event(p, "end", &last, status == QB_OK ? "done" : status == QB_STOPPED ? "interrupted" : "failed");
}

void qb_progress_close(qb_progress *p, qb_status status)
{
    if (p->terminal)
        fputc('\n', stderr);
    if (p->events)
        write_end(p, status);
    if (p->events && fclose(p->events))
        p->events_lost++;
    if (p->events_lost)
        fprintf(stderr, "qubout: %llu events could not be written\n", (unsigned long long)p->events_lost);
    p->events = NULL;
}
