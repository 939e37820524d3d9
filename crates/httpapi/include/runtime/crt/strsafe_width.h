/* The functions of strsafe.h for one width of character. Included twice from there, with
 * HTTPSYS_SAFE_CHAR, HTTPSYS_SAFE_WIDE and HTTPSYS_SAFE(name) defined. Sizes are in characters up
 * to the StringCb functions at the end; those divide, so that an odd byte is not used.
 */
#pragma GCC system_header

#define HTTPSYS_SAFE_OPEN HTTPSYS_SAFE(httpsys_safe_open)
#define HTTPSYS_SAFE_CLOSE HTTPSYS_SAFE(httpsys_safe_close)
#define HTTPSYS_SAFE_TEXT HTTPSYS_SAFE(httpsys_safe_text)
#define HTTPSYS_SAFE_PRINT HTTPSYS_SAFE(httpsys_safe_print)
#define HTTPSYS_SAFE_BODY(call)                                                                    \
    {                                                                                              \
        va_list list;                                                                              \
        HRESULT result;                                                                            \
        va_start(list, format);                                                                    \
        result = call;                                                                             \
        va_end(list);                                                                              \
        return result;                                                                             \
    }
/* Characters in a number of bytes. 0 stays 0, which the functions refuse. */
#define HTTPSYS_SAFE_CCH(bytes) ((bytes) / sizeof(HTTPSYS_SAFE_CHAR))

HTTPSYS_CRT_BEGIN

HTTPSYS_CRT HRESULT HTTPSYS_SAFE(StringCchLength)(const HTTPSYS_SAFE_CHAR *text, size_t limit,
                                                  size_t *length)
{
    size_t count = 0;

    if (length) {
        *length = 0;
    }
    if (!text || limit > STRSAFE_MAX_CCH) {
        return STRSAFE_E_INVALID_PARAMETER;
    }
    while (count < limit && text[count]) {
        count++;
    }
    if (count == limit) {
        return STRSAFE_E_INVALID_PARAMETER;
    }
    if (length) {
        *length = count;
    }
    return S_OK;
}

/* Makes a sink of the target, at its beginning or at its end. */
HTTPSYS_CRT HRESULT HTTPSYS_SAFE_OPEN(struct httpsys_sink *sink, HTTPSYS_SAFE_CHAR *target,
                                      size_t size, int appends)
{
    size_t length = 0;

    httpsys_sink_fixed(sink, HTTPSYS_SAFE_WIDE, target, size);
    if (!target || size == 0 || size > STRSAFE_MAX_CCH) {
        return STRSAFE_E_INVALID_PARAMETER;
    }
    if (appends && FAILED(HTTPSYS_SAFE(StringCchLength)(target, size, &length))) {
        return STRSAFE_E_INVALID_PARAMETER;
    }
    sink->length = length;
    return S_OK;
}

/* Terminates the text and does what the Ex functions promise. `start` is the length before the
 * call, `good` whether there was no other error. */
HTTPSYS_CRT HRESULT HTTPSYS_SAFE_CLOSE(struct httpsys_sink *sink, size_t start, int good,
                                       HTTPSYS_SAFE_CHAR **end, size_t *remaining, DWORD flags)
{
    HTTPSYS_SAFE_CHAR *target = (HTTPSYS_SAFE_CHAR *)sink->units;
    HRESULT result = httpsys_sink_terminate(sink) ? S_OK : STRSAFE_E_INSUFFICIENT_BUFFER;
    size_t used = sink->length < sink->capacity ? sink->length : sink->capacity - 1;

    if (!good) {
        result = STRSAFE_E_INVALID_PARAMETER;
    }
    if (SUCCEEDED(result) && flags & STRSAFE_FILL_BEHIND_NULL) {
        __builtin_memset(target + used + 1, (int)(flags & 0xFF),
                         (sink->capacity - used - 1) * sizeof(*target));
    }
    if (FAILED(result)) {
        if (flags & STRSAFE_FILL_ON_FAILURE) {
            __builtin_memset(target, (int)(flags & 0xFF), sink->capacity * sizeof(*target));
            used = flags & 0xFF ? sink->capacity - 1 : 0;
            target[used] = 0;
        } else if (flags & STRSAFE_NULL_ON_FAILURE) {
            used = 0;
            target[0] = 0;
        } else if (flags & STRSAFE_NO_TRUNCATION) {
            used = start;
            target[start] = 0;
        }
    }
    if (end) {
        *end = target + used;
    }
    if (remaining) {
        *remaining = sink->capacity - used;
    }
    return result;
}

HTTPSYS_CRT HRESULT HTTPSYS_SAFE_TEXT(HTTPSYS_SAFE_CHAR *target, size_t size, int appends,
                                      const HTTPSYS_SAFE_CHAR *source, size_t limit,
                                      HTTPSYS_SAFE_CHAR **end, size_t *remaining, DWORD flags)
{
    struct httpsys_sink sink;
    HRESULT result = HTTPSYS_SAFE_OPEN(&sink, target, size, appends);
    size_t start = sink.length, room;
    static const HTTPSYS_SAFE_CHAR nothing[1] = {0};

    if (!source && flags & STRSAFE_IGNORE_NULLS) {
        source = nothing;
    }
    if (FAILED(result)) {
        if (!target && size == 0 && flags & STRSAFE_IGNORE_NULLS) {
            result = source && *source ? STRSAFE_E_INSUFFICIENT_BUFFER : S_OK;
        }
        return result;
    }
    room = sink.capacity - sink.length;
    if (source && limit <= STRSAFE_MAX_CCH) {
        httpsys_sink_string(&sink, HTTPSYS_SAFE_WIDE, source, HTTPSYS_SAFE_WIDE,
                            limit < room ? limit : room);
    }
    return HTTPSYS_SAFE_CLOSE(&sink, start, source && limit <= STRSAFE_MAX_CCH, end, remaining,
                              flags);
}

HTTPSYS_CRT HRESULT HTTPSYS_SAFE_PRINT(HTTPSYS_SAFE_CHAR *target, size_t size,
                                       HTTPSYS_SAFE_CHAR **end, size_t *remaining, DWORD flags,
                                       const HTTPSYS_SAFE_CHAR *format, va_list list)
{
    struct httpsys_sink sink;
    HRESULT result = HTTPSYS_SAFE_OPEN(&sink, target, size, 0);
    static const HTTPSYS_SAFE_CHAR nothing[1] = {0};
    int length;

    if (FAILED(result)) {
        return result;
    }
    length = httpsys_format(
        &sink, !format && flags & STRSAFE_IGNORE_NULLS ? nothing : format, list);
    return HTTPSYS_SAFE_CLOSE(&sink, 0, length >= 0, end, remaining, flags);
}

HTTPSYS_CRT HRESULT HTTPSYS_SAFE(StringCchCopy)(HTTPSYS_SAFE_CHAR *target, size_t size,
                                                const HTTPSYS_SAFE_CHAR *source)
{
    return HTTPSYS_SAFE_TEXT(target, size, 0, source, STRSAFE_MAX_CCH, NULL, NULL, 0);
}
HTTPSYS_CRT HRESULT HTTPSYS_SAFE(StringCchCopyN)(HTTPSYS_SAFE_CHAR *target, size_t size,
                                                 const HTTPSYS_SAFE_CHAR *source, size_t limit)
{
    return HTTPSYS_SAFE_TEXT(target, size, 0, source, limit, NULL, NULL, 0);
}
HTTPSYS_CRT HRESULT HTTPSYS_SAFE(StringCchCopyEx)(HTTPSYS_SAFE_CHAR *target, size_t size,
                                                  const HTTPSYS_SAFE_CHAR *source,
                                                  HTTPSYS_SAFE_CHAR **end, size_t *remaining,
                                                  DWORD flags)
{
    return HTTPSYS_SAFE_TEXT(target, size, 0, source, STRSAFE_MAX_CCH, end, remaining, flags);
}
HTTPSYS_CRT HRESULT HTTPSYS_SAFE(StringCchCat)(HTTPSYS_SAFE_CHAR *target, size_t size,
                                               const HTTPSYS_SAFE_CHAR *source)
{
    return HTTPSYS_SAFE_TEXT(target, size, 1, source, STRSAFE_MAX_CCH, NULL, NULL, 0);
}
HTTPSYS_CRT HRESULT HTTPSYS_SAFE(StringCchCatN)(HTTPSYS_SAFE_CHAR *target, size_t size,
                                                const HTTPSYS_SAFE_CHAR *source, size_t limit)
{
    return HTTPSYS_SAFE_TEXT(target, size, 1, source, limit, NULL, NULL, 0);
}
HTTPSYS_CRT HRESULT HTTPSYS_SAFE(StringCchCatEx)(HTTPSYS_SAFE_CHAR *target, size_t size,
                                                 const HTTPSYS_SAFE_CHAR *source,
                                                 HTTPSYS_SAFE_CHAR **end, size_t *remaining,
                                                 DWORD flags)
{
    return HTTPSYS_SAFE_TEXT(target, size, 1, source, STRSAFE_MAX_CCH, end, remaining, flags);
}
HTTPSYS_CRT HRESULT HTTPSYS_SAFE(StringCchVPrintf)(HTTPSYS_SAFE_CHAR *target, size_t size,
                                                   const HTTPSYS_SAFE_CHAR *format, va_list list)
{
    return HTTPSYS_SAFE_PRINT(target, size, NULL, NULL, 0, format, list);
}
HTTPSYS_CRT HRESULT HTTPSYS_SAFE(StringCchPrintf)(HTTPSYS_SAFE_CHAR *target, size_t size,
                                                  const HTTPSYS_SAFE_CHAR *format, ...)
HTTPSYS_SAFE_BODY(HTTPSYS_SAFE_PRINT(target, size, NULL, NULL, 0, format, list))
HTTPSYS_CRT HRESULT HTTPSYS_SAFE(StringCchPrintfEx)(HTTPSYS_SAFE_CHAR *target, size_t size,
                                                    HTTPSYS_SAFE_CHAR **end, size_t *remaining,
                                                    DWORD flags, const HTTPSYS_SAFE_CHAR *format,
                                                    ...)
HTTPSYS_SAFE_BODY(HTTPSYS_SAFE_PRINT(target, size, end, remaining, flags, format, list))

/* ---- Sizes in bytes. ---- */

/* Passes a result on and makes a count of characters one of bytes; `odd` bytes were never used. */
HTTPSYS_CRT HRESULT HTTPSYS_SAFE(httpsys_safe_bytes)(HRESULT result, size_t *count, size_t odd)
{
    if (count && (SUCCEEDED(result) || result == STRSAFE_E_INSUFFICIENT_BUFFER)) {
        *count = *count * sizeof(HTTPSYS_SAFE_CHAR) + odd;
    }
    return result;
}

HTTPSYS_CRT HRESULT HTTPSYS_SAFE(StringCbLength)(const HTTPSYS_SAFE_CHAR *text, size_t limit,
                                                 size_t *length)
{
    return HTTPSYS_SAFE(httpsys_safe_bytes)(
        HTTPSYS_SAFE(StringCchLength)(text, HTTPSYS_SAFE_CCH(limit), length), length, 0);
}
HTTPSYS_CRT HRESULT HTTPSYS_SAFE(StringCbCopy)(HTTPSYS_SAFE_CHAR *target, size_t size,
                                               const HTTPSYS_SAFE_CHAR *source)
{
    return HTTPSYS_SAFE(StringCchCopy)(target, HTTPSYS_SAFE_CCH(size), source);
}
HTTPSYS_CRT HRESULT HTTPSYS_SAFE(StringCbCopyN)(HTTPSYS_SAFE_CHAR *target, size_t size,
                                                const HTTPSYS_SAFE_CHAR *source, size_t limit)
{
    return HTTPSYS_SAFE(StringCchCopyN)(target, HTTPSYS_SAFE_CCH(size), source,
                                        HTTPSYS_SAFE_CCH(limit));
}
HTTPSYS_CRT HRESULT HTTPSYS_SAFE(StringCbCopyEx)(HTTPSYS_SAFE_CHAR *target, size_t size,
                                                 const HTTPSYS_SAFE_CHAR *source,
                                                 HTTPSYS_SAFE_CHAR **end, size_t *remaining,
                                                 DWORD flags)
{
    return HTTPSYS_SAFE(httpsys_safe_bytes)(
        HTTPSYS_SAFE(StringCchCopyEx)(target, HTTPSYS_SAFE_CCH(size), source, end, remaining,
                                      flags),
        remaining, size % sizeof(HTTPSYS_SAFE_CHAR));
}
HTTPSYS_CRT HRESULT HTTPSYS_SAFE(StringCbCat)(HTTPSYS_SAFE_CHAR *target, size_t size,
                                              const HTTPSYS_SAFE_CHAR *source)
{
    return HTTPSYS_SAFE(StringCchCat)(target, HTTPSYS_SAFE_CCH(size), source);
}
HTTPSYS_CRT HRESULT HTTPSYS_SAFE(StringCbCatN)(HTTPSYS_SAFE_CHAR *target, size_t size,
                                               const HTTPSYS_SAFE_CHAR *source, size_t limit)
{
    return HTTPSYS_SAFE(StringCchCatN)(target, HTTPSYS_SAFE_CCH(size), source,
                                       HTTPSYS_SAFE_CCH(limit));
}
HTTPSYS_CRT HRESULT HTTPSYS_SAFE(StringCbCatEx)(HTTPSYS_SAFE_CHAR *target, size_t size,
                                                const HTTPSYS_SAFE_CHAR *source,
                                                HTTPSYS_SAFE_CHAR **end, size_t *remaining,
                                                DWORD flags)
{
    return HTTPSYS_SAFE(httpsys_safe_bytes)(
        HTTPSYS_SAFE(StringCchCatEx)(target, HTTPSYS_SAFE_CCH(size), source, end, remaining,
                                     flags),
        remaining, size % sizeof(HTTPSYS_SAFE_CHAR));
}
HTTPSYS_CRT HRESULT HTTPSYS_SAFE(StringCbVPrintf)(HTTPSYS_SAFE_CHAR *target, size_t size,
                                                  const HTTPSYS_SAFE_CHAR *format, va_list list)
{
    return HTTPSYS_SAFE_PRINT(target, HTTPSYS_SAFE_CCH(size), NULL, NULL, 0, format, list);
}
HTTPSYS_CRT HRESULT HTTPSYS_SAFE(StringCbPrintf)(HTTPSYS_SAFE_CHAR *target, size_t size,
                                                 const HTTPSYS_SAFE_CHAR *format, ...)
HTTPSYS_SAFE_BODY(HTTPSYS_SAFE_PRINT(target, HTTPSYS_SAFE_CCH(size), NULL, NULL, 0, format, list))
HTTPSYS_CRT HRESULT HTTPSYS_SAFE(StringCbPrintfEx)(HTTPSYS_SAFE_CHAR *target, size_t size,
                                                   HTTPSYS_SAFE_CHAR **end, size_t *remaining,
                                                   DWORD flags, const HTTPSYS_SAFE_CHAR *format,
                                                   ...)
HTTPSYS_SAFE_BODY(HTTPSYS_SAFE(httpsys_safe_bytes)(
    HTTPSYS_SAFE_PRINT(target, HTTPSYS_SAFE_CCH(size), end, remaining, flags, format, list),
    remaining, size % sizeof(HTTPSYS_SAFE_CHAR)))

HTTPSYS_CRT_END

#undef HTTPSYS_SAFE_OPEN
#undef HTTPSYS_SAFE_CLOSE
#undef HTTPSYS_SAFE_TEXT
#undef HTTPSYS_SAFE_PRINT
#undef HTTPSYS_SAFE_BODY
#undef HTTPSYS_SAFE_CCH
