//! Dockerfiles: `ENV`, the defaults of `ARG`, and what the start command sets.

use parse_dockerfile::{Command, Instruction};

use super::{Read, commands};
use crate::source::LineIndex;

/// What a Dockerfile says. What stands after an error is left out.
pub(super) fn read(text: &str) -> Read {
    let mut found = Read::default();
    let Ok(instructions) = parse_dockerfile::parse_iter(text) else { return found };
    let index = LineIndex::new(text);
    let line_of = |offset: usize| index.line_of(offset) + 1;
    let mut args: Vec<(String, String)> = Vec::new();
    for instruction in instructions.map_while(Result::ok) {
        match instruction {
            Instruction::Env(env) => {
                let line = line_of(env.env.span.start);
                pairs(&text[env.arguments.span], line, "ENV", &args, &mut found);
            }
            Instruction::Arg(arg) => {
                let line = line_of(arg.arg.span.start);
                // Without a value, whoever builds the image gives it.
                for pair in words(&arg.arguments.value) {
                    let Some((name, value)) = pair.split_once('=') else { continue };
                    args.push((name.to_owned(), value.to_owned()));
                    found.push(name, Some(value), line, "ARG");
                }
            }
            Instruction::Cmd(cmd) => {
                command(&cmd.arguments, line_of(cmd.cmd.span.start), "CMD", &mut found);
            }
            Instruction::Entrypoint(entry) => {
                let line = line_of(entry.entrypoint.span.start);
                command(&entry.arguments, line, "ENTRYPOINT", &mut found);
            }
            _ => {}
        }
    }
    found
}

/// `A=1 B=2` on one or more lines, or the old `A 1`.
fn pairs(text: &str, line: usize, by: &'static str, args: &[(String, String)], found: &mut Read) {
    let all = words(text);
    let old_form = all.first().is_some_and(|word| !word.contains('='));
    if old_form {
        if let Some((name, value)) = text.trim().split_once(char::is_whitespace) {
            found.push(name, Some(&given(value, args)), line, by);
        }
        return;
    }
    for pair in &all {
        let Some((name, value)) = pair.split_once('=') else { continue };
        // Where in the statement the name stands.
        let before = text.find(&format!("{name}=")).map_or("", |at| &text[..at]);
        found.push(name, Some(&given(value, args)), line + before.matches('\n').count(), by);
    }
}

/// A value that names an `ARG` of the image is its default.
fn given(value: &str, args: &[(String, String)]) -> String {
    let name = value.trim().trim_start_matches('$').trim_start_matches('{').trim_end_matches('}');
    let known = args.iter().rev().find(|(arg, _)| value.trim().starts_with('$') && arg == name);
    known.map_or_else(|| value.to_owned(), |(_, value)| value.clone())
}

/// Split as a shell does, over continued lines.
fn words(text: &str) -> Vec<String> {
    let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
    shlex::split(&joined).unwrap_or_default()
}

fn command(arguments: &Command<'_>, line: usize, by: &'static str, found: &mut Read) {
    match arguments {
        Command::Exec(words) => {
            commands::assignments(words.value.iter().map(|w| &*w.value), line, by, found);
        }
        Command::Shell(text) => commands::read(text.value, line, by, found),
        _ => {}
    }
}
