/* The older words of source annotations: __in, __out_opt, __inout_bcount and their relatives. They describe
 * parameters to Microsoft's analyser and mean nothing to other compilers.
 *
 * libstdc++ and libc++ have parameters of these names: the headers of ../std take the words away while a
 * header of the C++ library is read. Without that folder on the path, in C++ the words are left out.
 */
#ifndef HTTPSYS_CRT_SAL_WORDS_H
#define HTTPSYS_CRT_SAL_WORDS_H

#pragma GCC system_header

#ifdef __cplusplus
#include <cstddef> /* says whether ../std is on the path */
#endif
#if !defined(__cplusplus) || defined(HTTPSYS_STD_WORDS)

/* The headers of the C library and of the kernel for 64-bit Arm have members named __reserved. */
#if defined(__linux__) && defined(__aarch64__)
#include <asm/sigcontext.h>
#include <signal.h>
#endif

#ifndef __in
#define __in
#endif
#ifndef __in_opt
#define __in_opt
#endif
#ifndef __in_z
#define __in_z
#endif
#ifndef __in_z_opt
#define __in_z_opt
#endif
#ifndef __out
#define __out
#endif
#ifndef __out_opt
#define __out_opt
#endif
#ifndef __out_z
#define __out_z
#endif
#ifndef __inout
#define __inout
#endif
#ifndef __inout_opt
#define __inout_opt
#endif
#ifndef __inout_z
#define __inout_z
#endif
#ifndef __reserved
#define __reserved
#endif
#ifndef __checkReturn
#define __checkReturn
#endif
#ifndef __deref_in
#define __deref_in
#endif
#ifndef __deref_in_opt
#define __deref_in_opt
#endif
#ifndef __deref_out
#define __deref_out
#endif
#ifndef __deref_out_opt
#define __deref_out_opt
#endif
#ifndef __deref_opt_out
#define __deref_opt_out
#endif
#ifndef __deref_opt_out_opt
#define __deref_opt_out_opt
#endif
#ifndef __deref_inout
#define __deref_inout
#endif
#ifndef __deref_out_z
#define __deref_out_z
#endif
#ifndef __deref_opt_out_z
#define __deref_opt_out_z
#endif
#ifndef __nullterminated
#define __nullterminated
#endif
#ifndef __in_ecount
#define __in_ecount(count)
#endif
#ifndef __in_ecount_opt
#define __in_ecount_opt(count)
#endif
#ifndef __in_ecount_z
#define __in_ecount_z(count)
#endif
#ifndef __in_ecount_z_opt
#define __in_ecount_z_opt(count)
#endif
#ifndef __in_bcount
#define __in_bcount(count)
#endif
#ifndef __in_bcount_opt
#define __in_bcount_opt(count)
#endif
#ifndef __in_bcount_z
#define __in_bcount_z(count)
#endif
#ifndef __in_bcount_z_opt
#define __in_bcount_z_opt(count)
#endif
#ifndef __out_ecount
#define __out_ecount(count)
#endif
#ifndef __out_ecount_opt
#define __out_ecount_opt(count)
#endif
#ifndef __out_ecount_z
#define __out_ecount_z(count)
#endif
#ifndef __out_ecount_z_opt
#define __out_ecount_z_opt(count)
#endif
#ifndef __out_ecount_part
#define __out_ecount_part(count, written)
#endif
#ifndef __out_ecount_part_opt
#define __out_ecount_part_opt(count, written)
#endif
#ifndef __out_ecount_full
#define __out_ecount_full(count)
#endif
#ifndef __out_ecount_full_opt
#define __out_ecount_full_opt(count)
#endif
#ifndef __out_bcount
#define __out_bcount(count)
#endif
#ifndef __out_bcount_opt
#define __out_bcount_opt(count)
#endif
#ifndef __out_bcount_z
#define __out_bcount_z(count)
#endif
#ifndef __out_bcount_z_opt
#define __out_bcount_z_opt(count)
#endif
#ifndef __out_bcount_part
#define __out_bcount_part(count, written)
#endif
#ifndef __out_bcount_part_opt
#define __out_bcount_part_opt(count, written)
#endif
#ifndef __out_bcount_full
#define __out_bcount_full(count)
#endif
#ifndef __out_bcount_full_opt
#define __out_bcount_full_opt(count)
#endif
#ifndef __inout_ecount
#define __inout_ecount(count)
#endif
#ifndef __inout_ecount_opt
#define __inout_ecount_opt(count)
#endif
#ifndef __inout_ecount_z
#define __inout_ecount_z(count)
#endif
#ifndef __inout_ecount_z_opt
#define __inout_ecount_z_opt(count)
#endif
#ifndef __inout_ecount_part
#define __inout_ecount_part(count, written)
#endif
#ifndef __inout_ecount_part_opt
#define __inout_ecount_part_opt(count, written)
#endif
#ifndef __inout_ecount_full
#define __inout_ecount_full(count)
#endif
#ifndef __inout_ecount_full_opt
#define __inout_ecount_full_opt(count)
#endif
#ifndef __inout_bcount
#define __inout_bcount(count)
#endif
#ifndef __inout_bcount_opt
#define __inout_bcount_opt(count)
#endif
#ifndef __inout_bcount_z
#define __inout_bcount_z(count)
#endif
#ifndef __inout_bcount_z_opt
#define __inout_bcount_z_opt(count)
#endif
#ifndef __inout_bcount_part
#define __inout_bcount_part(count, written)
#endif
#ifndef __inout_bcount_part_opt
#define __inout_bcount_part_opt(count, written)
#endif
#ifndef __inout_bcount_full
#define __inout_bcount_full(count)
#endif
#ifndef __inout_bcount_full_opt
#define __inout_bcount_full_opt(count)
#endif
#ifndef __deref_out_ecount
#define __deref_out_ecount(count)
#endif
#ifndef __deref_out_ecount_opt
#define __deref_out_ecount_opt(count)
#endif
#ifndef __deref_out_bcount
#define __deref_out_bcount(count)
#endif
#ifndef __deref_out_bcount_opt
#define __deref_out_bcount_opt(count)
#endif

#endif
#endif /* HTTPSYS_CRT_SAL_WORDS_H */
