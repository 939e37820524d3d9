/* UTF-8 and UTF-16, one character at a time. What is not valid text becomes U+FFFD, one for each
 * maximal part that could have begun a character (Unicode 15, section 3.9), so that no input is
 * refused and none is read past its end.
 */
#ifndef HTTPSYS_CRT_UNICODE_H
#define HTTPSYS_CRT_UNICODE_H

#pragma GCC system_header

#include "base.h"

#define HTTPSYS_REPLACEMENT 0xFFFDu

HTTPSYS_CRT_BEGIN

/* The character at *at, which moves behind it. `end` may be NULL if a zero byte ends the text; the
 * caller has seen that there is at least one byte. *valid, if given, becomes 0 at invalid text. */
HTTPSYS_CRT uint32_t httpsys_decode8(const char **at, const char *end, int *valid)
{
    uint32_t lead = (unsigned char)*(*at)++;
    uint32_t low = 0x80, high = 0xBF;
    int more;

    if (lead < 0x80) {
        return lead;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        more = 1;
        lead &= 0x1F;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        more = 2;
        low = lead == 0xE0 ? 0xA0 : low;
        high = lead == 0xED ? 0x9F : high;
        lead &= 0x0F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        more = 3;
        low = lead == 0xF0 ? 0x90 : low;
        high = lead == 0xF4 ? 0x8F : high;
        lead &= 0x07;
    } else {
        more = -1;
    }
    for (; more > 0; more--) {
        uint32_t byte = *at == end ? 0 : (unsigned char)**at;
        if (byte < low || byte > high) {
            break;
        }
        lead = lead << 6 | (byte & 0x3F);
        (*at)++;
        low = 0x80;
        high = 0xBF;
    }
    if (more != 0) {
        if (valid) {
            *valid = 0;
        }
        return HTTPSYS_REPLACEMENT;
    }
    return lead;
}

/* The same for UTF-16. */
HTTPSYS_CRT uint32_t httpsys_decode16(const httpsys_unit **at, const httpsys_unit *end, int *valid)
{
    uint32_t first = *(*at)++;

    if (first < 0xD800 || first > 0xDFFF) {
        return first;
    }
    if (first < 0xDC00 && *at != end && **at >= 0xDC00 && **at <= 0xDFFF) {
        return 0x10000 + ((first - 0xD800) << 10) + (uint32_t)(*(*at)++ - 0xDC00);
    }
    if (valid) {
        *valid = 0;
    }
    return HTTPSYS_REPLACEMENT;
}

/* Number of bytes written for a character of at most 0x10FFFF. */
HTTPSYS_CRT int httpsys_encode8(uint32_t character, char bytes[4])
{
    int count = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    static const unsigned char leads[4] = {0x00, 0xC0, 0xE0, 0xF0};
    int i;

    for (i = count - 1; i > 0; i--) {
        bytes[i] = (char)(0x80 | (character & 0x3F));
        character >>= 6;
    }
    bytes[0] = (char)(leads[count - 1] | character);
    return count;
}

/* Number of units written for a character of at most 0x10FFFF. */
HTTPSYS_CRT int httpsys_encode16(uint32_t character, httpsys_unit units[2])
{
    if (character < 0x10000) {
        units[0] = (httpsys_unit)character;
        return 1;
    }
    units[0] = (httpsys_unit)(0xD800 + ((character - 0x10000) >> 10));
    units[1] = (httpsys_unit)(0xDC00 + ((character - 0x10000) & 0x3FF));
    return 2;
}

HTTPSYS_CRT_END

#endif /* HTTPSYS_CRT_UNICODE_H */
