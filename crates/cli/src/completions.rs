//! Completions for bash, zsh and fish, written from the table of commands.
//!
//! Owns: the scripts. Each completes verbs, then nouns, then `name=` and the words that a value may be, and
//! options. Threading: plain data.

use serde_json::json;

use crate::arguments::CommandLine;
use crate::command_output::CommandOutput;
use crate::failure::CommandFailure;
use crate::grammar::{self, COMMANDS, CommandSpec, ValueSpec};

/// `completions shell=bash`.
pub(crate) fn run(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let script = match arguments.needed("shell")? {
        "bash" => bash(),
        "zsh" => zsh(),
        _ => fish(),
    };
    let json = json!({ "script": script });
    Ok(CommandOutput::new(script, json))
}

fn nouns(verb: &str) -> Vec<&'static str> {
    let of_verb = COMMANDS.iter().filter(|command| command.verb == verb);
    let nouns = of_verb.map(|command| command.noun);
    nouns.filter(|noun| !noun.is_empty()).collect()
}

/// What may stand behind a command: each word of a value whole, else the tag.
fn words(command: &CommandSpec) -> Vec<String> {
    let mut all = Vec::new();
    for parameter in command.parameters {
        match parameter.value {
            ValueSpec::Word(words) => {
                all.extend(words.iter().map(|word| format!("{}={word}", parameter.tag)));
            }
            _ => all.push(format!("{}=", parameter.tag)),
        }
    }
    all.extend(
        command
            .options
            .iter()
            .map(|option| format!("--{}", option.name)),
    );
    all.push("--json".into());
    all
}

/// The body that bash and zsh share: `$verb`, `$noun` and `$words` in, `$found` out.
fn cases() -> String {
    let mut text = String::from("    case \"$verb $noun\" in\n");
    for command in COMMANDS {
        let pattern = match command.noun {
            "" => format!("\"{} \"*", command.verb),
            noun => format!("\"{} {noun}\"", command.verb),
        };
        text += &format!("    {pattern}) found='{}' ;;\n", words(command).join(" "));
    }
    for verb in grammar::verbs() {
        let nouns = nouns(verb);
        if !nouns.is_empty() {
            text += &format!("    \"{verb} \"*) found='{}' ;;\n", nouns.join(" "));
        }
    }
    text += &format!(
        "    *) found='{} help --help --version --watch' ;;\n",
        grammar::verbs().join(" ")
    );
    text + "    esac\n"
}

fn bash() -> String {
    format!(
        r#"# bash completion of httpsysctl. Written by: httpsysctl completions bash
_httpsysctl() {{
    local word line verb noun found
    # Bash cuts words at '=' and ':'; the line does not.
    line=${{COMP_LINE:0:COMP_POINT}}
    word=${{line##*[[:space:]]}}
    # shellcheck disable=SC2206
    local before=(${{line%"$word"}})
    verb=${{before[1]-}} noun=${{before[2]-}}
{}    local cut=${{word%"${{word##*[=:]}}"}}
    # shellcheck disable=SC2207
    COMPREPLY=($(compgen -W "$found" -- "$word"))
    # Of a word that was cut, bash wants the rest only.
    COMPREPLY=("${{COMPREPLY[@]#"$cut"}}")
    [[ ${{COMPREPLY-}} == *= ]] && compopt -o nospace
    case $word in
    file=* | key=*) compopt -o default; COMPREPLY=() ;;
    esac
}}
complete -F _httpsysctl httpsysctl
"#,
        cases()
    )
}

fn zsh() -> String {
    format!(
        r#"#compdef httpsysctl
# zsh completion of httpsysctl. Written by: httpsysctl completions zsh
_httpsysctl() {{
    local verb noun found
    (( CURRENT > 2 )) && verb=$words[2]
    (( CURRENT > 3 )) && noun=$words[3]
{}    case $PREFIX in
    file=* | key=*) compset -P '*='; _files; return ;;
    esac
    local -a all tags
    all=(${{(s: :)found}})
    tags=(${{(M)all:#*=}})
    compadd -- ${{all:#*=}}
    compadd -S '' -- $tags
}}
if [ "${{funcstack[1]-}}" = _httpsysctl ]; then
    _httpsysctl "$@"
else
    compdef _httpsysctl httpsysctl
fi
"#,
        cases()
    )
}

fn fish() -> String {
    let mut text = String::from(
        "# fish completion of httpsysctl. Written by: httpsysctl completions fish\n\
         complete -c httpsysctl -f\n\
         complete -c httpsysctl -l json -d 'print JSON'\n\
         complete -c httpsysctl -l help -d 'say what there is'\n\
         complete -c httpsysctl -l version -d 'say the version'\n",
    );
    let verbs = grammar::verbs().join(" ");
    text += &format!("complete -c httpsysctl -n __fish_use_subcommand -a '{verbs} help'\n");
    for verb in grammar::verbs() {
        let nouns = nouns(verb).join(" ");
        if !nouns.is_empty() {
            text += &format!(
                "complete -c httpsysctl -n '__fish_seen_subcommand_from {verb}; \
                 and not __fish_seen_subcommand_from {nouns}' -a '{nouns}'\n"
            );
        }
    }
    for command in COMMANDS {
        let mut seen = format!("__fish_seen_subcommand_from {}", command.verb);
        if !command.noun.is_empty() {
            seen += &format!("; and __fish_seen_subcommand_from {}", command.noun);
        }
        for option in command.options {
            let (name, summary) = (option.name, option.summary);
            text += &format!("complete -c httpsysctl -n '{seen}' -l {name} -d '{summary}'\n");
        }
        let words = words(command);
        let plain: Vec<&str> = words
            .iter()
            .filter(|word| !word.starts_with("--"))
            .map(String::as_str)
            .collect();
        if !plain.is_empty() {
            text += &format!(
                "complete -c httpsysctl -n '{seen}' -a '{}'\n",
                plain.join(" ")
            );
        }
    }
    text
}
