/* Source annotations (SAL). They describe parameters to Microsoft's analyser and mean nothing to
 * other compilers, so each one vanishes here. The older words (__in, __out, ...) are in
 * runtime/crt/sal_words.h.
 */
#ifndef HTTPSYS_WIN32_SAL_H
#define HTTPSYS_WIN32_SAL_H

/* Page: Annotating Function Parameters and Return Values. */
#define _In_
#define _In_opt_
#define _In_z_
#define _In_opt_z_
#define _In_reads_(count)
#define _In_reads_opt_(count)
#define _In_reads_z_(count)
#define _In_reads_bytes_(bytes)
#define _In_reads_bytes_opt_(bytes)
#define _In_range_(low, high)
#define _Out_
#define _Out_opt_
#define _Out_writes_(count)
#define _Out_writes_opt_(count)
#define _Out_writes_z_(count)
#define _Out_writes_all_(count)
#define _Out_writes_to_(count, written)
#define _Out_writes_to_opt_(count, written)
#define _Out_writes_bytes_(bytes)
#define _Out_writes_bytes_opt_(bytes)
#define _Out_writes_bytes_to_(bytes, written)
#define _Out_writes_bytes_to_opt_(bytes, written)
#define _Outptr_
#define _Outptr_opt_
#define _Outptr_result_maybenull_
#define _Inout_
#define _Inout_opt_
#define _Inout_z_
#define _Inout_updates_(count)
#define _Inout_updates_opt_(count)
#define _Inout_updates_bytes_(bytes)
#define _Inout_updates_bytes_opt_(bytes)
#define _Reserved_
#define _Field_size_(count)
#define _Field_size_opt_(count)
#define _Field_size_bytes_(bytes)
#define _Field_size_bytes_opt_(bytes)
#define _Field_range_(low, high)
#define _Struct_size_bytes_(bytes)
#define _Null_terminated_
#define _Printf_format_string_

/* Page: Annotating Function Behavior. */
#define _Check_return_
#define _Must_inspect_result_
#define _Ret_maybenull_
#define _Ret_notnull_
#define _Success_(expression)
#define _When_(expression, annotations)
#define _At_(target, annotations)
#define _Pre_satisfies_(expression)
#define _Post_satisfies_(expression)
#define _Use_decl_annotations_
#define _Function_class_(name)
#define _IRQL_requires_max_(level)
#define _Analysis_assume_(expression) ((void)0)
#define __analysis_assume(expression) ((void)0)

#include "../runtime/crt/sal_words.h"

#endif /* HTTPSYS_WIN32_SAL_H */
