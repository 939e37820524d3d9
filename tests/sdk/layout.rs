//! Each type, member and number that our headers declare is the same in the mingw-w64 headers, for every
//! compiler, and for other processors and systems as far as their compilers are here.
//!
//! Owns: the comparison. The types come from the headers themselves (`declared`), so that one that is
//! added is compared without a line here; what cannot be compared is listed with its reason.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use httpsys_tests::program::root;

use crate::declared::{self, Function, Type};
use crate::{Sdk, is_there, scratch, succeed, wrapper};

/// What http.h brings, and the headers of ours that windows.h does not bring.
fn includes() -> String {
    let mut text = String::from("#include <http.h>\n#include <stdio.h>\n#include <stddef.h>\n");
    let folder = root().join("crates/httpapi/include/win32");
    let entries = std::fs::read_dir(folder).expect("the headers");
    let mut names: Vec<_> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("ASCII")
        })
        .filter(|name| name.ends_with(".h") && !NO_HEADERS.contains(&name.as_str()))
        .collect();
    names.sort();
    for name in names {
        writeln!(
            text,
            "#if !defined(HTTPSYS_SDK) || __has_include(<{name}>)\n#include <{name}>\n#endif"
        )
        .expect("memory");
    }
    text
}

/// sspi.h of the SDK wants a macro first; ntstatus.h repeats what winnt.h has; winerror_codes.h is ours
/// alone; the others are the system's.
const NO_HEADERS: [&str; 6] = [
    "security.h",
    "sspi.h",
    "ntstatus.h",
    "winerror_codes.h",
    "netdb.h",
    "unistd.h",
];

/// Types that the mingw-w64 headers have not, or under another name only.
const OURS_ALONE: [&str; 7] = [
    "PIPV6_MREQ",
    "PWSABUF",
    "PGUID",
    "POVERLAPPED",
    "POVERLAPPED_ENTRY",
    "PSOCKADDR_IN6_LH",
    "SOCKADDR_IN6_LH",
];

/// Members that have another name there (paddings), or that their version does not know yet.
const OTHER_MEMBERS: [&str; 4] = [
    "SOCKADDR_STORAGE.ss_align",
    "SOCKADDR_STORAGE.ss_pad1",
    "SOCKADDR_STORAGE.ss_pad2",
    "MEMORY_BASIC_INFORMATION.PartitionId",
];

/// Packed in the older header mmsystem.h, of the same size and members in each.
const OTHER_ALIGNMENT: [&str; 1] = ["TIMECAPS"];

/// Numbers that differ from version to version.
const OTHER_NUMBERS: [&str; 3] = ["AF_MAX", "WINAPI_FAMILY", "WINAPI_FAMILY_DESKTOP_APP"];

fn preprocessed(flags: &[&str], source: &Path) -> String {
    let mut command = wrapper("gcc", Sdk::Own);
    let output = succeed(command.arg("-E").args(flags).arg(source));
    String::from_utf8(output.stdout).expect("ASCII")
}

/// A program that prints the assertions, built from our headers.
fn printer(types: &[Type], constants: &BTreeSet<String>) -> String {
    let mut text = includes();
    text.push_str("int main(void)\n{\n");
    for Type { name, members } in types {
        writeln!(
            text,
            "    printf(\"SIZE({name}, %d)\\n\", (int)sizeof({name}));"
        )
        .expect("memory");
        if !OTHER_ALIGNMENT.contains(&name.as_str()) {
            writeln!(
                text,
                "    printf(\"ALIGNED({name}, %d)\\n\", (int)_Alignof({name}));"
            )
            .expect("memory");
        }
        for member in members {
            if OTHER_MEMBERS.contains(&format!("{name}.{member}").as_str()) {
                continue;
            }
            writeln!(
                text,
                "    printf(\"PLACE({name}, {member}, %d, %d)\\n\", (int)offsetof({name}, {member}), \
                 (int)sizeof((({name} *)0)->{member}));"
            )
            .expect("memory");
        }
    }
    for name in constants {
        writeln!(
            text,
            "    printf(\"#ifdef {name}\\nVALUE({name}, %lldLL)\\n#endif\\n\", (long long)({name}));"
        )
        .expect("memory");
    }
    text.push_str("    return 0;\n}\n");
    text
}

/// The file of assertions for this state of the headers.
fn assertions() -> PathBuf {
    let folder = scratch("layout");
    let all = folder.join("all.c");
    std::fs::write(&all, includes()).expect("a file");
    let mut types = declared::types(&preprocessed(&[], &all));
    types.retain(|found| {
        !found.name.to_ascii_lowercase().contains("httpsys")
            && !OURS_ALONE.contains(&found.name.as_str())
    });
    let mut constants = declared::constants(&preprocessed(&["-dD"], &all));
    constants.retain(|name| !name.contains("HTTPSYS") && !OTHER_NUMBERS.contains(&name.as_str()));
    assert!(types.len() > 300, "only {} types were found", types.len());
    assert!(
        constants.len() > 3000,
        "only {} numbers were found",
        constants.len()
    );

    let source = folder.join("printer.c");
    std::fs::write(&source, printer(&types, &constants)).expect("a file");
    let program = folder.join("printer");
    httpsys_tests::program::cargo_build(&["-p", "httpapi"]);
    succeed(
        wrapper("gcc", Sdk::Own)
            .args(["-O0", "-w"])
            .arg(&source)
            .arg("-o")
            .arg(&program),
    );
    let printed = succeed(&mut Command::new(&program)).stdout;
    let mut text = includes();
    text.push_str(
        "#ifdef __cplusplus\n#define HOLDS(x) static_assert(x, #x)\n#define ALIGNMENT alignof\n#else\n\
         #define HOLDS(x) _Static_assert(x, #x)\n#define ALIGNMENT _Alignof\n#endif\n\
         #define SIZE(type, size) HOLDS(sizeof(type) == size);\n\
         #define ALIGNED(type, alignment) HOLDS(ALIGNMENT(type) == alignment);\n\
         #define PLACE(type, member, offset, size) \\\n\
             HOLDS(offsetof(type, member) == offset); HOLDS(sizeof(((type *)0)->member) == size);\n\
         #define NARROW(value) (value >= -0x7FFFFFFFLL - 1 && value <= 0xFFFFFFFFLL)\n\
         #define VALUE(name, value) \\\n\
             HOLDS(NARROW(value) ? (unsigned)(name) == (unsigned)value : (long long)(name) == value);\n",
    );
    text.push_str(std::str::from_utf8(&printed).expect("ASCII"));
    let file = folder.join("assertions.c");
    std::fs::write(&file, text).expect("a file");
    file
}

/// Functions of Windows that these versions of the mingw-w64 headers do not have (in C).
const OTHER_FUNCTIONS: [&str; 12] = [
    "InterlockedAdd16",
    "InterlockedAdd8",
    "InterlockedCompareExchange8",
    "InterlockedDecrement8",
    "InterlockedExchange16",
    "InterlockedExchange8",
    "InterlockedExchangeAdd16",
    "InterlockedExchangeAdd8",
    "InterlockedExchangeSubtract",
    "InterlockedIncrement8",
    "SetThreadpoolCallbackPersistent",
    "RtlSecureZeroMemory",
];

/// Inline functions of the mingw-w64 headers, which have no address, and what a header alone defines.
const INLINE: [&str; 6] = [
    "IN6_",
    "IsWindows",
    "Interlocked",
    "SetThreadpoolCallback",
    "DestroyThreadpool",
    "InitializeThreadpool",
];

fn our_functions(folder: &Path) -> Vec<Function> {
    let all = folder.join("all.c");
    std::fs::write(&all, includes()).expect("a file");
    // Macros have made these of names that programs write.
    let text = preprocessed(&[], &all)
        .replace("httpsys_winsock_fd_set", "fd_set")
        .replace("httpsys_u_long", "u_long");
    let mut functions = declared::functions(&text);
    functions.retain(|function| {
        let name = function.name.as_str();
        !name.to_ascii_lowercase().starts_with("httpsys") && !OTHER_FUNCTIONS.contains(&name)
    });
    assert!(functions.len() > 250, "only {} functions", functions.len());
    functions
}

/// Compiles it with both sets of headers; a pointer of another type is an error.
fn compile_with_both(file: &Path, arguments: &[&str]) {
    for sdk in Sdk::all() {
        for compiler in ["gcc", "clang"] {
            if is_there(compiler) {
                let mut command = wrapper(compiler, sdk);
                command.args(["-std=gnu11", "-w", "-Werror=incompatible-pointer-types"]);
                succeed(command.arg(file).args(arguments));
            }
        }
    }
}

#[test]
fn our_functions_have_the_types_of_the_mingw_headers() {
    let folder = scratch("functions");
    let mut text = includes();
    for function in our_functions(&folder) {
        let Function {
            name,
            returns,
            parameters,
        } = function;
        writeln!(text, "{returns} (*check_{name}){parameters} = {name};").expect("memory");
    }
    let file = folder.join("functions.c");
    std::fs::write(&file, text).expect("a file");
    compile_with_both(&file, &["-fsyntax-only"]);
}

#[test]
fn what_our_headers_declare_can_be_linked_with_both() {
    let folder = scratch("linked");
    let mut text = includes();
    text.push_str("typedef void (*any)(void);\nany all[] = {\n");
    for Function { name, .. } in our_functions(&folder) {
        if !INLINE.iter().any(|start| name.starts_with(start)) {
            writeln!(text, "    (any){name},").expect("memory");
        }
    }
    text.push_str("};\nint main(void) { return 0; }\n");
    let file = folder.join("linked.c");
    std::fs::write(&file, text).expect("a file");
    httpsys_tests::program::cargo_build(&["-p", "httpapi"]);
    let program = folder.join("linked");
    compile_with_both(&file, &["-o", program.to_str().expect("UTF-8")]);
}

/// A cross compiler may be there without the headers of a C library, which are a package of their own.
fn has_c_library(compiler: &str) -> bool {
    let mut command = Command::new(compiler);
    command.args([
        "-fsyntax-only",
        "-include",
        "stdint.h",
        "-x",
        "c",
        "/dev/null",
    ]);
    let there = command.output().is_ok_and(|output| output.status.success());
    if !there {
        eprintln!("SKIPPED: {compiler} has no stdint.h");
    }
    there
}

#[test]
fn our_types_and_numbers_are_those_of_the_mingw_headers() {
    let file = assertions();
    for sdk in Sdk::all() {
        for (compiler, standard) in [
            ("gcc", "-std=c11"),
            ("clang", "-std=c11"),
            ("g++", "-std=c++11"),
            ("clang++", "-std=c++17"),
            ("aarch64-linux-gnu-gcc", "-std=c11"),
            ("aarch64-linux-gnu-g++", "-std=c++17"),
        ] {
            if is_there(compiler) && has_c_library(compiler) {
                let mut command = wrapper(compiler, sdk);
                command.args([standard, "-w", "-fsyntax-only"]);
                succeed(command.arg(&file));
            }
        }
    }
}
