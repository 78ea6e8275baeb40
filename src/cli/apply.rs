//! `apply` and `undo`: write fixes without questions, and take a write back.

use std::io::Write as _;

use super::args::{ApplyArgs, EffectArg, SelectArgs, UndoArgs};
use super::shell::Shell;
use super::{check, exit, select};
use crate::checklist::Profile;
use crate::edit::SourceChange;
use crate::engine::{Engine, Report, ReportedFinding, Written};
use crate::finding::{Effect, Verdict};
use crate::output::diff::write_unified;
use crate::output::files;
use crate::output::redact::Secrets;
use crate::source::clean;

const EFFECTS: [Effect; 4] = [Effect::Safe, Effect::Tightens, Effect::Reshapes, Effect::Choose];

pub(super) fn apply(shell: &mut Shell, args: &ApplyArgs) -> anyhow::Result<u8> {
    let config = select::configuration(&shell.global, &args.path)?;
    let options = select::options(&shell.global, &args.select, &config, &args.path, Profile::Standard);
    let Some((engine, report)) = check::scan(shell, &args.path, options, false)? else {
        return Ok(exit::NOTHING);
    };
    shell.notices(&report);
    let allowed = |effect: Effect| match effect {
        Effect::Safe => true,
        Effect::Tightens => args.allow.contains(&EffectArg::Tightens),
        Effect::Reshapes => args.allow.contains(&EffectArg::Reshapes),
        Effect::Choose => args.allow.contains(&EffectArg::Choose),
    };
    let choice = choose(&engine, &report, &allowed);
    announce(shell, &report, &choice);
    let Some(change) = choice.change.filter(|change| !change.files.is_empty()) else {
        shell.note("nothing to write");
        return Ok(if choice.left_out.is_empty() { exit::OK } else { exit::INCOMPLETE });
    };
    if args.check {
        return Ok(exit::FINDINGS);
    }
    if let Some(path) = &args.patch {
        shell.deliver(crate::edit::diff::unified(&change).as_bytes(), Some(path))?;
        shell.note(&format!("the patch is in {}", path.display()));
        return Ok(exit::OK);
    }
    if args.dry_run {
        show(shell, &report, change)?;
        return Ok(exit::OK);
    }
    let taken: Vec<&str> = choice.taken.iter().map(|f| f.fingerprint.as_str()).collect();
    let written = engine.apply(&report, &taken)?;
    let mut bytes = Vec::new();
    tell(&mut bytes, &report, &written)?;
    shell.deliver(&bytes, None)?;
    for (fingerprint, reason) in &written.refused {
        let check =
            choice.taken.iter().find(|f| f.fingerprint == *fingerprint).map_or("", |f| f.finding.check);
        shell.warn(&format!("{check} was not written: {reason}"));
    }
    let done = written.refused.is_empty() && choice.left_out.is_empty();
    Ok(if done { exit::OK } else { exit::INCOMPLETE })
}

/// Which fixes are written.
struct Choice<'a> {
    taken: Vec<&'a ReportedFinding>,
    change: Option<SourceChange>,
    /// Allowed, but not together with the ones taken: the reason.
    left_out: Vec<(&'a ReportedFinding, String)>,
    /// How many are held back, by effect.
    held_back: [usize; 4],
}

/// Takes every allowed fix; when they exclude each other, in order, as many as go together.
fn choose<'a>(engine: &Engine, report: &'a Report, allowed: &dyn Fn(Effect) -> bool) -> Choice<'a> {
    let mut choice = Choice { taken: Vec::new(), change: None, left_out: Vec::new(), held_back: [0; 4] };
    let findings = report.projects.iter().flat_map(|p| &p.findings);
    for found in findings.filter(|f| f.is_active() && f.verdict == Verdict::Fail) {
        match &found.finding.fix {
            Some(fix) if allowed(fix.effect) => choice.taken.push(found),
            Some(fix) => choice.held_back[fix.effect as usize] += 1,
            None => {}
        }
    }
    let ids =
        |taken: &[&'a ReportedFinding]| taken.iter().map(|f| f.fingerprint.as_str()).collect::<Vec<&str>>();
    if choice.taken.is_empty() {
        return choice;
    }
    if let Ok(change) = engine.plan(report, &ids(&choice.taken)) {
        choice.change = Some(change);
        return choice;
    }
    for found in std::mem::take(&mut choice.taken) {
        choice.taken.push(found);
        match engine.plan(report, &ids(&choice.taken)) {
            Ok(change) => choice.change = Some(change),
            Err(error) => {
                choice.taken.pop();
                choice.left_out.push((found, error.to_string()));
            }
        }
    }
    choice
}

/// Says on standard error what is let in, what is not possible, and what is held back.
fn announce(shell: &Shell, report: &Report, choice: &Choice<'_>) {
    let secrets = Secrets::of(report);
    for found in &choice.taken {
        let Some(fix) = &found.finding.fix else { continue };
        let span = found.finding.primary.span;
        let place = format!("{}:{}", report.sources.path(span.file), report.sources.line(span));
        let text = format!("{place} {} ({}: {})", fix.title, fix.effect.as_str(), fix.effect_note);
        shell.say("fix", &secrets.hide(&text));
    }
    for (found, reason) in &choice.left_out {
        shell.warn(&format!("{} is left out: {reason}", found.finding.check));
    }
    for effect in EFFECTS {
        let held = choice.held_back[effect as usize];
        if held > 0 {
            let word = effect.as_str();
            shell.note(&format!("held back: {held} of effect `{word}` (--allow {word})"));
        }
    }
}

/// Prints the diff of a dry run.
fn show(shell: &mut Shell, report: &Report, change: SourceChange) -> anyhow::Result<()> {
    let secrets = Secrets::of(report);
    let style = shell.style(false);
    let mut bytes = Vec::new();
    let files = files(change);
    for file in &files {
        write_unified(&mut bytes, file, &secrets, style, 3, "")?;
    }
    shell.deliver(&bytes, None)?;
    let plain = files.iter().any(|file| secrets.hide(&file.before) != *file.before);
    if plain {
        shell.note("secrets are shown as ****; --patch FILE writes a patch that can be applied");
    }
    Ok(())
}

/// Prints what was written, and the old and new state of each practice that changed.
fn tell(out: &mut Vec<u8>, before: &Report, written: &Written) -> std::io::Result<()> {
    let Some(applied) = &written.applied else { return Ok(()) };
    for path in &applied.written {
        writeln!(out, "written  {}", clean(path))?;
    }
    for (old, new) in before.projects.iter().zip(&written.after.projects) {
        for practice in &old.practices {
            let Some(now) = new.practices.iter().find(|p| p.practice == practice.practice) else { continue };
            if now.state != practice.state {
                let title = &before.catalog.practices[practice.practice].title;
                writeln!(
                    out,
                    "{:<8} {} -> {}  {title}",
                    "state",
                    practice.state.as_str(),
                    now.state.as_str()
                )?;
            }
        }
        writeln!(out, "{:<8} {} -> {}", "score", old.score.total, new.score.total)?;
    }
    writeln!(out, "Take it back with `drf-harden undo {}`.", applied.id)
}

pub(super) fn undo(shell: &mut Shell, args: &UndoArgs) -> anyhow::Result<u8> {
    let selection = SelectArgs::default();
    let config = crate::config::Config::default();
    let options = select::options(&shell.global, &selection, &config, &args.path, Profile::Standard);
    let engine = Engine::open(&args.path, options)?;
    let mut bytes = Vec::new();
    if args.list {
        for entry in engine.writes()? {
            let state = if entry.undone { "undone" } else { "done  " };
            let files = entry.files.join(", ");
            let line = format!("{}  {}  {state}  {} ({files})", entry.id, entry.time, entry.title);
            writeln!(bytes, "{}", clean(&line))?;
        }
        shell.deliver(&bytes, None)?;
        return Ok(exit::OK);
    }
    let undone = engine.undo(args.id.as_deref())?;
    for path in &undone.restored {
        writeln!(bytes, "restored {}", clean(path))?;
    }
    shell.deliver(&bytes, None)?;
    Ok(exit::OK)
}
