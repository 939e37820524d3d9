//! Every program with every compiler, language and library.

use crate::build::{Library, Recipe, build, has_command};
use crate::drive::{PROGRAMS, run};

/// # Panics
/// If a build has a warning or its program does not do what it should.
fn every_program_built_by(compiler: &'static str) {
    if !has_command(compiler) {
        eprintln!("SKIPPED: there is no {compiler}");
        return;
    }
    for library in [Library::Shared, Library::Static] {
        let more: &[&str] = match library {
            Library::Shared => &["-O2"],
            Library::Static => &["-O0", "-g"],
        };
        let recipe = Recipe {
            compiler,
            library,
            more,
        };
        for name in PROGRAMS {
            let built = build(name, &recipe);
            run(&[], name, &built.path()).assert_clean();
        }
    }
}

#[test]
fn every_program_serves_when_built_by_gcc_as_c11() {
    every_program_built_by("gcc");
}

#[test]
fn every_program_serves_when_built_by_gxx_as_cxx17() {
    every_program_built_by("g++");
}

#[test]
fn every_program_serves_when_built_by_clang_as_c11() {
    every_program_built_by("clang");
}

#[test]
fn every_program_serves_when_built_by_clangxx_as_cxx17() {
    every_program_built_by("clang++");
}
