/* Before a header of the C++ library, which std_end.h follows. The headers of ../std are each around
 * one of them: the library is read without macros of Windows whose names it has for its parameters.
 */
#pragma GCC system_header
#define HTTPSYS_STD_WORDS 1
/* 1 in the header that the program includes, 2 in those that it includes. */
#pragma push_macro("HTTPSYS_STD_LEVEL")
#if defined(HTTPSYS_STD_LEVEL)
#undef HTTPSYS_STD_LEVEL
#define HTTPSYS_STD_LEVEL 2
#else
#define HTTPSYS_STD_LEVEL 1
#endif
#pragma push_macro("__in")
#undef __in
#pragma push_macro("__in_opt")
#undef __in_opt
#pragma push_macro("__in_z")
#undef __in_z
#pragma push_macro("__in_z_opt")
#undef __in_z_opt
#pragma push_macro("__out")
#undef __out
#pragma push_macro("__out_opt")
#undef __out_opt
#pragma push_macro("__out_z")
#undef __out_z
#pragma push_macro("__inout")
#undef __inout
#pragma push_macro("__inout_opt")
#undef __inout_opt
#pragma push_macro("__inout_z")
#undef __inout_z
#pragma push_macro("__reserved")
#undef __reserved
#pragma push_macro("__checkReturn")
#undef __checkReturn
#pragma push_macro("__deref_in")
#undef __deref_in
#pragma push_macro("__deref_in_opt")
#undef __deref_in_opt
#pragma push_macro("__deref_out")
#undef __deref_out
#pragma push_macro("__deref_out_opt")
#undef __deref_out_opt
#pragma push_macro("__deref_opt_out")
#undef __deref_opt_out
#pragma push_macro("__deref_opt_out_opt")
#undef __deref_opt_out_opt
#pragma push_macro("__deref_inout")
#undef __deref_inout
#pragma push_macro("__deref_out_z")
#undef __deref_out_z
#pragma push_macro("__deref_opt_out_z")
#undef __deref_opt_out_z
#pragma push_macro("min")
#undef min
#pragma push_macro("max")
#undef max
