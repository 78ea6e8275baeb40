//! The session without a terminal: keys in, screens out, over a project in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use drf_harden::checklist::Becomes;
use drf_harden::tui::keymap::{self, Action, Focus};
use drf_harden::tui::model::{Cursor, Screen};
use drf_harden::tui::{Backend as _, Effect, Headless, Mark, Msg};

use crate::support::editor::opened_in_editor;
use crate::support::world::World;

const USUAL: (u16, u16) = (80, 24);

/// A session on the checklist.
fn open(world: &Arc<World>) -> Headless {
    let mut session = Headless::start(world.clone(), USUAL);
    session.keys("enter");
    session
}

/// A session with a practice selected.
fn select(world: &Arc<World>, practice: &str) -> Headless {
    let mut session = open(world);
    session.model.cursor = Cursor::Practice(practice.to_owned());
    session.send(Msg::Resized(USUAL.0, USUAL.1));
    session
}

fn marks(session: &Headless) -> BTreeMap<String, Mark> {
    session.model.session.marks.clone()
}

#[test]
fn a_first_start_shows_the_notice_once_and_scans_after_it() {
    let world = World::fresh();
    let mut session = Headless::start(world.clone(), USUAL);
    assert!(session.screen().contains("Before the first scan"));
    assert!(session.model.report.is_none());
    session.keys("enter");
    assert!(session.model.report.is_some());
    assert!(!Headless::start(world, USUAL).screen().contains("Before the first scan"));
}

#[test]
fn an_accepted_fix_is_written_by_capital_w_and_y_and_undone_byte_for_byte() {
    let world = World::new();
    let before = world.files();
    let mut session = select(&world, "turn-debugging-off");
    session.keys("f y");
    assert_eq!(marks(&session).len(), 1);
    assert_eq!(world.files(), before);
    session.keys("W");
    assert!(session.screen().contains("1 file, 1 line added, 1 removed, for 1 fix."));
    session.keys("enter W esc");
    assert_eq!(world.files(), before, "only y writes");
    session.keys("W y");
    assert_eq!(session.model.screen(), Screen::Applied);
    assert!(world.text("config/settings/base.py").contains("DEBUG = False"));
    assert!(session.screen().contains("turn-debugging-off"));
    assert!(session.screen().contains("FAIL -> pass"));
    assert!(marks(&session).is_empty(), "a written fix is no longer staged");
    session.keys("u");
    assert_ne!(world.files(), before, "undoing a write asks first");
    session.keys("y");
    assert_eq!(world.files(), before);
    assert_eq!(marks(&session).len(), 1, "the fix is staged again");
}

#[test]
fn a_write_can_be_undone_in_the_next_session() {
    let world = World::new();
    let before = world.files();
    select(&world, "turn-debugging-off").keys("f y W y q");
    assert_ne!(world.files(), before);
    open(&world).keys("u y");
    assert_eq!(world.files(), before);
}

#[test]
fn a_file_that_changed_meanwhile_is_not_overwritten_and_its_fix_stays_staged() {
    let world = World::new();
    let mut session = select(&world, "turn-debugging-off");
    session.keys("f y");
    let changed = format!("# mine\n{}", world.text("config/settings/base.py"));
    world.set_text("config/settings/base.py", &changed);
    session.keys("W y");
    assert_eq!(world.text("config/settings/base.py"), changed);
    assert!(session.screen().contains("NOT written"));
    assert!(session.screen().contains("the file changed on disk after the scan"));
    assert_eq!(marks(&session).len(), 1);
}

#[test]
fn bulk_accept_takes_only_safe_fixes_and_asks() {
    let world = World::new();
    let mut session = open(&world);
    session.keys("A");
    assert!(session.screen().contains("3 fixes nobody notices"));
    session.keys("A enter");
    assert!(marks(&session).is_empty(), "the key that opened it does not confirm it");
    session.keys("y");
    assert_eq!(marks(&session).len(), 3);
    session.keys("u");
    assert!(marks(&session).is_empty());
    session.keys("U");
    assert_eq!(marks(&session).len(), 3);
}

#[test]
fn the_rest_of_a_file_is_accepted_as_far_as_it_is_safe() {
    let world = World::new();
    let mut session = select(&world, "require-login-unless-public");
    session.keys("f J a");
    assert!(marks(&session).is_empty());
    assert!(session.screen().contains("2 not safe: decide each with y or n"));
    session.keys("d");
    assert_eq!(marks(&session).values().filter(|m| **m == Mark::Rejected).count(), 2);
}

#[test]
fn space_stages_a_safe_fix_and_only_opens_another() {
    let world = World::new();
    let mut session = select(&world, "secure-cookies");
    session.keys("space");
    assert_eq!(marks(&session).len(), 2);
    session.keys("space");
    assert!(marks(&session).is_empty());
    let mut session = select(&world, "choose-default-permissions");
    session.keys("space");
    assert!(marks(&session).is_empty());
    assert_eq!(session.model.screen(), Screen::Review);
}

#[test]
fn a_staged_fix_is_taken_out_and_put_back() {
    let world = World::new();
    let mut session = select(&world, "secure-cookies");
    session.keys("space 2");
    assert!(session.screen().contains("2 accepted   0 rejected"));
    session.keys("space");
    assert!(session.screen().contains("1 accepted   1 rejected"));
    session.keys("space enter");
    assert_eq!(session.model.screen(), Screen::Review);
    assert_eq!(marks(&session).values().filter(|m| **m == Mark::Accepted).count(), 2);
}

#[test]
fn the_editor_opens_at_each_link_of_the_chain() {
    let world = World::new();
    let mut session = select(&world, "choose-default-permissions");
    session.keys("enter");
    assert_eq!(opened_in_editor(&mut session).as_deref(), Some("config/settings/base.py:17"));
    session.keys("o");
    assert!(session.screen().contains("> imported"), "{}", session.screen());
    assert_eq!(opened_in_editor(&mut session).as_deref(), Some("config/settings/production.py:1"));
    session.keys("Y");
    assert!(session.screen().contains("copied: config/settings/production.py:1"));
    session.keys("o");
    assert_eq!(opened_in_editor(&mut session).as_deref(), Some("config/settings/base.py:17"));
    session.keys("O");
    assert_eq!(opened_in_editor(&mut session).as_deref(), Some("config/settings/production.py:1"));
}

#[test]
fn control_c_ends_at_once_and_nothing_is_lost() {
    let world = World::new();
    let mut session = select(&world, "turn-debugging-off");
    session.keys("f y");
    assert_eq!(session.keys("ctrl-c"), Some(130));
    let mut next = open(&world);
    assert_eq!(next.model.selected(), next.model.find("turn-debugging-off"));
    assert_eq!(next.model.staged().len(), 1);
    assert_eq!(next.keys("q"), Some(0));
}

#[test]
fn the_next_start_says_what_changed() {
    let world = World::new();
    open(&world).keys("q");
    let text = world.text("config/settings/base.py").replace("DEBUG = True", "DEBUG = False");
    world.set_text("config/settings/base.py", &text);
    let session = Headless::start(world, USUAL);
    assert!(session.screen().contains("Since 23 Nov 2026: 1 better"), "{}", session.screen());
}

#[test]
fn a_waiver_needs_its_reason_and_ends() {
    let world = World::new();
    let mut session = select(&world, "turn-debugging-off");
    session.keys("w ctrl-s");
    assert!(session.screen().contains("Reason is needed"));
    session.keys("\"internal tool, see ADR-9\" tab right");
    session.keys("ctrl-s");
    let waiver = world.kept_decisions().waivers.pop().expect("a waiver is kept");
    assert_eq!(waiver.reason, "internal tool, see ADR-9");
    assert_eq!(waiver.expires.to_string(), "2027-05-22");
    assert_eq!(waiver.owner, "dana@example.org");
    let position = session.model.find("turn-debugging-off").unwrap();
    assert_eq!(session.model.practice(position).unwrap().1.state.as_str(), "waived");
    session.keys("u");
    assert!(world.kept_decisions().waivers.is_empty());
}

#[test]
fn a_date_that_is_none_is_refused() {
    let world = World::new();
    let mut session = select(&world, "turn-debugging-off");
    session.keys("w \"why\" tab ctrl-u \"soon\" ctrl-s");
    assert!(session.screen().contains("write a date such as 2027-02-20"));
    session.keys("ctrl-u \"2020-01-01\" ctrl-s");
    assert!(session.screen().contains("a day after today"));
    assert!(world.kept_decisions().waivers.is_empty());
}

#[test]
fn an_answer_that_needs_a_note_asks_for_it() {
    let world = World::new();
    let mut session = select(&world, "check-every-fetched-object");
    session.keys("enter enter");
    assert_eq!(session.model.screen(), Screen::Form);
    session.keys("ctrl-s");
    assert!(session.screen().contains("Answer is needed"));
    session.keys("b ctrl-s");
    assert!(session.screen().contains("needs a note"));
    session.keys("\"filtered by owner\" ctrl-s");
    let answer = world.kept_decisions().answers.pop().expect("an answer is kept");
    assert_eq!((answer.becomes, answer.choice), (Becomes::Attested, Some('b')));
    assert_eq!(answer.by, "Dana K. <dana@example.org>");
    assert!(answer.review.is_some());
    session.keys("u");
    assert!(world.kept_decisions().answers.is_empty());
    session.keys("U");
    assert_eq!(world.kept_decisions().answers.len(), 1);
}

#[test]
fn what_was_typed_survives_leaving_the_form_and_the_session() {
    let world = World::new();
    let mut session = select(&world, "check-every-fetched-object");
    session.keys("a c tab \"half a sent\" esc ctrl-c");
    let mut next = select(&world, "check-every-fetched-object");
    next.keys("a");
    assert!(next.screen().contains("half a sent"));
    assert!(world.kept_decisions().answers.is_empty());
}

#[test]
fn not_applicable_attested_and_notes() {
    let world = World::new();
    let mut session = select(&world, "limit-rates-in-front");
    session.keys("enter c \"nginx, 20 a second\" ctrl-s");
    session.keys("m \"ask the platform team\" enter enter enter");
    assert_eq!(world.kept_decisions().answers[0].becomes, Becomes::Attested);
    assert!(world.kept_session().notes.values().any(|note| note == "ask the platform team"));
    session.keys("x \"no public host\" ctrl-s");
    let answers = world.kept_decisions().answers;
    assert_eq!(answers.len(), 1, "a new answer takes the place of the former one");
    assert_eq!(answers[0].becomes, Becomes::NotApplicable);
}

#[test]
fn what_the_code_shows_to_fail_cannot_be_attested() {
    let mut session = select(&World::new(), "turn-debugging-off");
    session.keys("c");
    assert_eq!(session.model.screen(), Screen::Checklist);
    assert!(session.screen().contains("the code shows that it is not in order"));
}

#[test]
fn the_settings_module_is_asked_once() {
    let world = World::ambiguous();
    let mut session = open(&world);
    assert!(session.screen().contains("Which settings module does production use?"));
    session.keys("down enter");
    assert_eq!(world.kept_decisions().settings, [(String::new(), "config.settings.base".to_owned())]);
    assert!(!open(&world).screen().contains("Which settings module"));
}

#[test]
fn pasted_text_runs_no_commands() {
    let world = World::new();
    let mut session = select(&world, "turn-debugging-off");
    session.keys("f");
    session.send(Msg::Paste("y\nW\ny\n".to_owned()));
    assert!(marks(&session).is_empty());
    session.keys("esc w");
    session.send(Msg::Paste("two\nlines\u{1b}[2J".to_owned()));
    assert!(session.screen().contains("two lines"));
}

#[test]
fn on_a_screen_that_is_too_small_only_quitting_works() {
    let world = World::new();
    let mut session = select(&world, "turn-debugging-off");
    session.keys("f");
    session.send(Msg::Resized(10, 3));
    session.keys("y W y");
    assert!(marks(&session).is_empty());
    assert!(session.screen().contains("10x3"));
    assert_eq!(session.keys("q"), Some(0));
}

#[test]
fn a_filter_narrows_the_list_and_escape_clears_it() {
    let mut session = open(&World::new());
    session.keys("/ \"fail high api5\" enter");
    let screen = session.screen();
    assert!(screen.contains("Reserve AllowAny") && !screen.contains("Turn DEBUG"), "{screen}");
    session.keys("/ \" zzz\"");
    assert!(session.screen().contains("match fail high api5 zzz"));
    session.keys("esc");
    assert!(session.screen().contains("Turn DEBUG") || session.screen().contains("more below"));
}

#[test]
fn help_lists_every_key_of_its_screen() {
    for (keys, focus) in
        [("esc", Focus::Checklist), ("enter", Focus::Item), ("f", Focus::Review), ("2", Focus::Staged)]
    {
        let world = World::new();
        let mut session = select(&world, "turn-debugging-off");
        session.keys(keys);
        session.send(Msg::Resized(100, 90));
        session.keys("?");
        let mut seen = session.screen();
        session.keys("pagedown pagedown pagedown pagedown");
        seen.push_str(&session.screen());
        for (_, action) in keymap::bindings(focus) {
            assert!(seen.contains(action.about()), "{focus:?}: {action:?}\n{seen}");
        }
    }
}

#[test]
fn the_palette_finds_an_action_and_says_why_one_cannot_be_done() {
    let mut session = open(&World::new());
    session.keys(": \"order\" enter");
    assert!(session.screen().contains("order: points"));
    session.keys(": \"go through\"");
    assert!(session.screen().contains("nothing is accepted yet"));
    session.keys("esc : \"undo\" enter");
    assert!(session.screen().contains("nothing to undo"));
}

#[test]
fn secrets_are_not_shown() {
    let world = World::new();
    for keys in ["enter", "enter J", "i", "3", "esc"] {
        let mut session = select(&world, "keep-secret-key-secret");
        session.send(Msg::Resized(160, 50));
        session.keys(keys);
        assert!(!session.screen().contains("a-key-that-was-committed"), "{keys}");
    }
    let mut session = select(&world, "keep-secret-key-secret");
    session.keys("enter");
    assert!(session.screen().contains("SECRET_KEY = \"****\""), "{}", session.screen());
}

#[test]
fn the_report_leads_to_the_items_and_writes_files() {
    let mut session = open(&World::new());
    session.keys("3 enter");
    assert_eq!(session.model.screen(), Screen::Item);
    session.keys("esc G up space down enter");
    assert!(session.effects.iter().filter(|e| matches!(e, Effect::WriteReport(_))).count() == 2);
    assert!(session.screen().contains("saved: drf-harden-report.json"));
}

#[test]
fn the_mono_theme_sets_no_colour_and_the_selection_is_reversed() {
    let mut session = select(&World::new(), "turn-debugging-off").mono();
    let styles = session.styles();
    assert!(styles.iter().all(|(_, _, style)| style.starts_with("Reset ")), "{styles:?}");
    assert!(styles.iter().any(|(_, text, style)| text.contains("Turn DEBUG") && style.contains("REVERSED")));
    session.keys("f");
    let styles = session.styles();
    assert!(
        styles.iter().any(|(_, text, style)| text == "False" && style.contains("UNDERLINED")),
        "{styles:?}"
    );
}

#[test]
fn ascii_screens_are_ascii() {
    for keys in ["esc", "enter", "f", "?", "W", "3", "A"] {
        let mut session = select(&World::new(), "turn-debugging-off").ascii();
        session.keys(keys);
        assert!(session.screen().is_ascii(), "{keys}\n{}", session.screen());
    }
}

#[test]
fn the_picture_is_the_same_each_time() {
    let picture = || {
        let mut session = select(&World::new(), "turn-debugging-off");
        session.keys("f");
        session.svg("drf-harden")
    };
    let svg = picture();
    assert_eq!(svg, picture());
    assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"));
    assert!(svg.contains(">False<"));
}

/// The screens as people see them. Read each change before you accept it.
#[test]
fn screens() {
    let all = [
        ("notice", "", USUAL),
        ("scan", "esc", USUAL),
        ("checklist", "enter", USUAL),
        ("checklist-wide", "enter J J J j", (160, 50)),
        ("checklist-two-panes", "enter J J J j", (110, 30)),
        ("checklist-narrow", "enter J J J j", (60, 18)),
        ("checklist-compact", "enter J J J j", (40, 12)),
        ("too-small", "enter", (39, 11)),
        ("filter", "enter / \"fail high\"", USUAL),
        ("practice", "enter enter", USUAL),
        ("practice-narrow", "enter enter", (60, 18)),
        ("practice-asked", "enter . enter", USUAL),
        ("rule", "enter i", USUAL),
        ("review", "enter . . f y n", USUAL),
        ("review-side-by-side", "enter . . f y z v", (160, 50)),
        ("review-compact", "enter f", (40, 12)),
        ("staged", "enter . . f y n y 2", USUAL),
        ("write", "enter . . f y y y W", USUAL),
        ("applied", "enter . . f y y y W y", USUAL),
        ("undo", "enter . . f y y y W y u", USUAL),
        ("report", "enter 3", USUAL),
        ("report-end", "enter 3 G", USUAL),
        ("log", "enter 4", USUAL),
        ("question", "enter . a", USUAL),
        ("waiver", "enter w", USUAL),
        ("waiver-compact", "enter w", (40, 12)),
        ("does-not-apply", "enter x", USUAL),
        ("help", "enter ?", USUAL),
        ("help-compact", "enter ?", (40, 12)),
        ("commands", "enter : \"order\"", USUAL),
        ("accept-safe", "enter A", USUAL),
    ];
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("screens");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let _bound = settings.bind_to_scope();
    for (name, keys, size) in all {
        let world = if name == "notice" { World::fresh() } else { World::new() };
        let mut session = Headless::start(world, size);
        session.keys(keys);
        insta::assert_snapshot!(name, session.screen());
    }
    let mut session = Headless::start(World::ambiguous(), USUAL);
    session.keys("enter");
    insta::assert_snapshot!("settings-modules", session.screen());
    let mut session = Headless::start(World::new(), USUAL).ascii();
    session.keys("enter");
    insta::assert_snapshot!("checklist-ascii", session.screen());
    session.keys("f y W");
    insta::assert_snapshot!("write-ascii", session.screen());
}

/// Deterministic pseudo-random numbers (xorshift), so that a failure can be replayed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

/// Random keys and sizes: nothing panics, Enter and Esc never change a mark, nothing is written without `y` in the
/// confirmation that `W` opened, and the selected row is on the screen.
#[test]
fn random_walk() {
    let sizes =
        [(80, 24), (160, 50), (60, 18), (40, 12), (39, 11), (110, 30), (10, 3), (0, 0), (1, 1), (200, 20)];
    for seed in 1..=20 {
        let world = World::ambiguous();
        let mut session = Headless::start(world.clone(), USUAL);
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed));
        for step in 0..500 {
            if dice.roll(25) == 0 {
                let (columns, rows) = sizes[dice.roll(sizes.len())];
                session.send(Msg::Resized(columns, rows));
            }
            let focus = session.model.focus();
            let bound = keymap::bindings(focus);
            let (keys, action) = &bound[dice.roll(bound.len())];
            if matches!(action, Action::Quit | Action::Close | Action::Suspend) {
                continue;
            }
            let press = keys[dice.roll(keys.len())];
            let (before, writes) = (marks(&session), world.writes());
            let confirming = focus == Focus::Confirm && session.screen().contains("Write these changes?");
            if let Some(msg) = keymap::resolve(focus, press) {
                session.send(msg);
            }
            if matches!(press.show().as_str(), "Enter" | "Esc") {
                assert_eq!(marks(&session), before, "seed {seed}, step {step}: {press:?} in {focus:?}");
            }
            if world.writes() != writes {
                assert!(
                    confirming && press.show() == "y",
                    "seed {seed}, step {step}: {press:?} in {focus:?}"
                );
            }
            // Drawing is most of the time; each third screen is enough over ten thousand steps.
            if step % 3 != 0 {
                continue;
            }
            let screen = session.screen();
            let large = session.model.size.0 >= 40 && session.model.size.1 >= 12;
            if large && session.model.screen() == Screen::Checklist && session.model.overlay.is_none() {
                let selected = screen.lines().any(|line| line.starts_with('>'));
                assert!(
                    selected,
                    "seed {seed}, step {step}, {:?} {:?}\n{screen}",
                    session.model.cursor,
                    session.model.view(Screen::Checklist)
                );
            }
        }
    }
}

/// Undo gives back what was there before: marks and decisions.
#[test]
fn undo_returns_the_former_state() {
    let world = World::new();
    for keys in ["f y", "f n", "space", "A y", "w \"why\" ctrl-s", "x \"none\" ctrl-s"] {
        let mut session = select(&world, "turn-debugging-off");
        let before = (marks(&session), session.model.decisions.clone());
        session.keys(keys);
        let after = (marks(&session), session.model.decisions.clone());
        assert_ne!(before, after, "{keys}");
        session.keys("u");
        assert_eq!((marks(&session), session.model.decisions.clone()), before, "{keys}");
        session.keys("U");
        assert_eq!((marks(&session), session.model.decisions.clone()), after, "{keys}");
        session.keys("u");
    }
    assert_eq!(world.load_session().marks, BTreeMap::new());
}
