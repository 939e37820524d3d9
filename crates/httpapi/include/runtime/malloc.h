/* The system's malloc.h, where there is one, and Microsoft's aligned allocation. Pages: _aligned_malloc;
 * _aligned_realloc; _aligned_free; _alloca. NULL with EINVAL for an alignment that is no power of 2, with
 * ENOMEM when there is no memory. Of _msize and the _heap functions there is nothing.
 */
#pragma GCC system_header
#if defined(_MSC_VER) || defined(__MINGW32__)
#include_next <malloc.h>
#else

#ifndef HTTPSYS_RUNTIME_MALLOC_H
#define HTTPSYS_RUNTIME_MALLOC_H

#if defined(__has_include_next)
#if __has_include_next(<malloc.h>)
#include_next <malloc.h>
#endif
#endif
#include <stdlib.h>

#include "crt/base.h"

#ifndef _alloca
#define _alloca __builtin_alloca
#endif

HTTPSYS_CRT_BEGIN

/* Before a block lie the address that malloc gave and the block's size. */
HTTPSYS_CRT void *_aligned_malloc(size_t size, size_t alignment)
{
    void **head;
    char *base, *block;

    if (!alignment || (alignment & (alignment - 1))) {
        errno = EINVAL;
        return NULL;
    }
    alignment = alignment < 16 ? 16 : alignment;
    if (size > SIZE_MAX - alignment - 2 * sizeof(void *) ||
        !(base = (char *)malloc(size + alignment + 2 * sizeof(void *)))) {
        errno = ENOMEM;
        return NULL;
    }
    block = base + 2 * sizeof(void *) + alignment - 1;
    block -= (uintptr_t)block & (alignment - 1);
    head = (void **)(void *)block;
    head[-1] = base;
    ((size_t *)(void *)block)[-2] = size;
    return block;
}
HTTPSYS_CRT void _aligned_free(void *block)
{
    if (block) {
        free(((void **)block)[-1]);
    }
}
HTTPSYS_CRT void *_aligned_realloc(void *block, size_t size, size_t alignment)
{
    void *moved;
    size_t before;

    if (!block) {
        return _aligned_malloc(size, alignment);
    }
    if (!size) {
        _aligned_free(block);
        return NULL;
    }
    before = ((size_t *)block)[-2];
    moved = _aligned_malloc(size, alignment);
    if (moved) {
        __builtin_memcpy(moved, block, before < size ? before : size);
        _aligned_free(block);
    }
    return moved;
}

HTTPSYS_CRT_END

#endif
#endif
