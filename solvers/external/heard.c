#include "solvers/external/heard.h"

#include <string.h>

#define TAIL ((size_t)1 << 16) /* bytes; up to twice as many are held */

void qb_heard_open(qb_heard *heard, size_t head_limit)
{
    *heard = (qb_heard){.head_limit = head_limit};
}

void qb_heard_close(qb_heard *heard)
{
    qb_text_clear(&heard->head);
    qb_text_clear(&heard->tail);
}

qb_status qb_heard_add(qb_heard *heard, const char *block, size_t size)
{
    size_t room = heard->head_limit - heard->head.length, first = size < room ? size : room;
    qb_text *tail = &heard->tail;
    qb_text_append_bytes(&heard->head, block, first);
    heard->truncated |= first < size;
    qb_text_append_bytes(tail, block + first, size - first);
    if (tail->length > 2 * TAIL) {
        memmove(tail->data, tail->data + tail->length - TAIL, TAIL);
        tail->length = TAIL;
        tail->data[TAIL] = 0;
    }
    return heard->head.status ? heard->head.status : tail->status;
}

void qb_heard_texts(const qb_heard *heard, qb_external_text text[2])
{
    text[0] = (qb_external_text){qb_text_get(&heard->head), heard->head.length};
    text[1] = (qb_external_text){qb_text_get(&heard->tail), heard->tail.length};
}

void qb_heard_last_words(const qb_heard *heard, char *quote, size_t size)
{
    qb_external_text text[2];
    qb_heard_texts(heard, text);
    quote[0] = 0;
    for (int k = 1; k >= 0; k--) {
        for (size_t end = text[k].size; end > 0; end--) {
            if (text[k].text[end - 1] > ' ') {
                qb_external_quote(text[k], text[k].text + end - 1, quote, size);
                return;
            }
        }
    }
}
