/* Where formatted text goes: a buffer of the caller or one that grows, of bytes or of UTF-16 units.
 * Owns its memory rules; what is put into it is decided by format.h. A full buffer goes on
 * counting, so that every function of the printf family can tell how much there would have been.
 */
#ifndef HTTPSYS_CRT_SINK_H
#define HTTPSYS_CRT_SINK_H

#pragma GCC system_header

#include "unicode.h"

/* Wide or not, an array of this many units of a sink that grows costs no allocation. */
#define HTTPSYS_SINK_SMALL 256

struct httpsys_sink {
    void *units;     /* char or httpsys_unit; NULL with a capacity of 0 */
    size_t capacity; /* in units */
    size_t length;   /* units put so far, stored or not */
    int wide;
    int grows;
    int failed; /* out of memory */
    httpsys_unit small[HTTPSYS_SINK_SMALL];
};

HTTPSYS_CRT_BEGIN

HTTPSYS_CRT void httpsys_sink_fixed(struct httpsys_sink *sink, int wide, void *units,
                                    size_t capacity)
{
    sink->units = units;
    sink->capacity = capacity;
    sink->length = 0;
    sink->wide = wide;
    sink->grows = 0;
    sink->failed = 0;
}

HTTPSYS_CRT void httpsys_sink_growing(struct httpsys_sink *sink, int wide)
{
    httpsys_sink_fixed(sink, wide, sink->small, HTTPSYS_SINK_SMALL);
    sink->grows = 1;
}

HTTPSYS_CRT void httpsys_sink_free(struct httpsys_sink *sink)
{
    if (sink->grows && sink->units != (void *)sink->small) {
        __builtin_free(sink->units);
    }
}

HTTPSYS_CRT void httpsys_sink_grow(struct httpsys_sink *sink)
{
    size_t unit = sink->wide ? sizeof(httpsys_unit) : 1;
    size_t capacity = sink->capacity * 2;
    void *units = __builtin_malloc(capacity * unit);

    if (!units) {
        sink->failed = 1;
        return;
    }
    __builtin_memcpy(units, sink->units, sink->capacity * unit);
    httpsys_sink_free(sink);
    sink->units = units;
    sink->capacity = capacity;
}

HTTPSYS_CRT void httpsys_sink_unit(struct httpsys_sink *sink, uint32_t unit)
{
    if (sink->length == sink->capacity && sink->grows && !sink->failed) {
        httpsys_sink_grow(sink);
    }
    if (sink->length < sink->capacity) {
        if (sink->wide) {
            ((httpsys_unit *)sink->units)[sink->length] = (httpsys_unit)unit;
        } else {
            ((char *)sink->units)[sink->length] = (char)unit;
        }
    }
    sink->length++;
}

HTTPSYS_CRT void httpsys_sink_pad(struct httpsys_sink *sink, char unit, size_t count)
{
    for (; count > 0 && !sink->failed; count--) {
        httpsys_sink_unit(sink, (unsigned char)unit);
    }
}

/* Appends a character, if it fits into `room` units. Returns the number of units it takes. A sink
 * of NULL only counts. */
HTTPSYS_CRT size_t httpsys_sink_character(struct httpsys_sink *sink, int wide, uint32_t character,
                                          size_t room)
{
    httpsys_unit units[2];
    char bytes[4];
    size_t count = (size_t)(wide ? httpsys_encode16(character, units)
                                 : httpsys_encode8(character, bytes));
    size_t i;

    for (i = 0; sink && count <= room && i < count; i++) {
        httpsys_sink_unit(sink, wide ? (uint32_t)units[i] : (uint32_t)(unsigned char)bytes[i]);
    }
    return count;
}

/* Appends a string that a zero ends or `limit` units of output, whichever is less, without breaking
 * a character that has to be converted. Returns the number of units. A sink of NULL only counts. */
HTTPSYS_CRT size_t httpsys_sink_string(struct httpsys_sink *sink, int wide, const void *text,
                                       int text_wide, size_t limit)
{
    const char *at8 = (const char *)text;
    const httpsys_unit *at16 = (const httpsys_unit *)text;
    size_t done = 0, count;

    while (done < limit && (!sink || !sink->failed)) {
        if (text_wide ? !*at16 : !*at8) {
            break;
        }
        if (wide == text_wide) {
            uint32_t unit = wide ? (uint32_t)*at16++ : (uint32_t)(unsigned char)*at8++;
            if (sink) {
                httpsys_sink_unit(sink, unit);
            }
            count = 1;
        } else {
            uint32_t character = text_wide ? httpsys_decode16(&at16, NULL, NULL)
                                           : httpsys_decode8(&at8, NULL, NULL);
            count = httpsys_sink_character(sink, wide, character, limit - done);
            if (count > limit - done) {
                break;
            }
        }
        done += count;
    }
    return done;
}

/* Appends `count` units of UTF-16, zeros among them, as UTF-8. */
HTTPSYS_CRT void httpsys_sink_utf8(struct httpsys_sink *sink, const httpsys_unit *text,
                                   size_t count)
{
    const httpsys_unit *end = text + count;

    while (text != end && !sink->failed) {
        httpsys_sink_character(sink, 0, httpsys_decode16(&text, end, NULL), SIZE_MAX);
    }
}

/* What a bounded function ends with: stores the terminator, behind the text or over its last unit.
 * Returns whether all of the text and the terminator fitted. */
HTTPSYS_CRT int httpsys_sink_terminate(struct httpsys_sink *sink)
{
    size_t at;

    if (sink->capacity == 0) {
        return 0;
    }
    at = sink->length < sink->capacity ? sink->length : sink->capacity - 1;
    if (sink->wide) {
        ((httpsys_unit *)sink->units)[at] = 0;
    } else {
        ((char *)sink->units)[at] = 0;
    }
    return sink->length < sink->capacity;
}

HTTPSYS_CRT_END

#endif /* HTTPSYS_CRT_SINK_H */
