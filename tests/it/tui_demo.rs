//! Journeys through the demo project with the real engine, without a terminal.

use drf_harden::tui::model::Cursor;
use drf_harden::tui::{Effect, Headless, Msg};

use crate::support::demo::Demo;
use crate::support::editor::opened_in_editor;

const USUAL: (u16, u16) = (80, 24);

/// A session on the checklist with a practice selected.
fn at(demo: &Demo, below: &str, practice: &str) -> Headless {
    let mut session = demo.session(below, USUAL);
    session.keys("enter enter");
    session.model.cursor = Cursor::Practice(practice.to_owned());
    session
}

#[test]
fn staged_fixes_stand_under_the_file_that_they_change() {
    let demo = Demo::new();
    let mut session = at(&demo, "", "choose-default-permissions");
    session.keys("f");
    assert!(session.screen().contains("shop/settings/production.py:6"), "{}", session.screen());
    session.keys("y 2");
    let screen = session.screen();
    let file = screen.lines().position(|l| l.trim() == "shop/settings/production.py").expect("a heading");
    let fix = screen.lines().position(|l| l.contains("Require a logged-in user")).expect("the fix");
    assert_eq!(fix, file + 1, "{screen}");
}

#[test]
fn decisions_and_writes_from_a_folder_inside_belong_to_the_project() {
    let demo = Demo::new();
    let mut session = at(&demo, "shop/settings", "choose-default-permissions");
    session.keys("w \"internal tool, see ADR-9\" ctrl-s");
    assert!(demo.text("drf-harden-decisions.toml").contains("see ADR-9"), "{}", session.screen());
    assert!(!demo.root().join("shop/settings/drf-harden-decisions.toml").exists());
    session.keys("u f y W y");
    let written = demo.text("shop/settings/production.py");
    assert!(written.contains("IsAuthenticated"), "{}", session.screen());
    let undone = demo.engine("shop/settings").undo(None).unwrap();
    assert_eq!(undone.restored, ["shop/settings/production.py"]);
    assert!(!demo.text("shop/settings/production.py").contains("IsAuthenticated"));
}

/// Presses `e` on the shown fix and gives its fingerprint and the text for the editor.
fn proposal(session: &mut Headless) -> (String, String) {
    session.effects.clear();
    session.keys("e");
    let texts = session.effects.iter().find_map(|effect| match effect {
        Effect::EditText(fix, text) => Some((fix.clone(), text.clone())),
        _ => None,
    });
    texts.unwrap_or_else(|| panic!("nothing for the editor: {}", session.screen()))
}

#[test]
fn a_proposal_is_changed_by_hand_and_written_as_it_was_shown() {
    let demo = Demo::new();
    let before = demo.text("shop/settings/production.py");
    let mut session = at(&demo, "", "choose-default-permissions");
    session.keys("f y");
    let (fix, text) = proposal(&mut session);
    assert!(text.contains("#> shop/settings/production.py:6\n\nREST_FRAMEWORK"), "{text}");
    session.send(Msg::Rewritten(fix.clone(), Ok(text.clone())));
    assert!(session.screen().contains("left as it was"));
    assert_eq!(session.model.staged().len(), 1);
    let mine = text.replace("IsAuthenticated", "IsAdminUser");
    session.send(Msg::Rewritten(fix, Ok(mine)));
    assert!(session.model.staged().is_empty(), "what was accepted was another text");
    let screen = session.screen();
    assert!(screen.contains("(changed by you)") && screen.contains("IsAdminUser"), "{screen}");
    session.keys("y W y");
    let written = demo.text("shop/settings/production.py");
    assert!(written.contains("permissions.IsAdminUser\""), "{written}");
    assert!(written.starts_with(&before), "{written}");
    session.keys("u y");
    assert_eq!(demo.text("shop/settings/production.py"), before);
}

#[test]
fn a_change_that_does_not_parse_is_refused_and_its_text_kept() {
    let demo = Demo::new();
    let mut session = at(&demo, "", "choose-default-permissions");
    session.keys("f");
    let (fix, text) = proposal(&mut session);
    session.send(Msg::Rewritten(fix.clone(), Ok(text.replace(']', ")"))));
    let screen = session.screen();
    assert!(screen.contains("not taken: the result is not valid Python"), "{screen}");
    assert!(screen.contains("IsAuthenticated"), "the proposal is the former one: {screen}");
    let (_, again) = proposal(&mut session);
    assert!(again.contains("\n)"), "{again}");
    session.send(Msg::Rewritten(fix, Ok(String::new())));
    assert!(session.screen().contains("not taken"), "{}", session.screen());
    assert!(session.model.session.rewrites.is_empty());
}

#[test]
fn a_changed_proposal_outlives_the_session_and_not_a_change_of_its_file() {
    let demo = Demo::new();
    let mut session = at(&demo, "", "choose-default-permissions");
    session.keys("f");
    let (fix, text) = proposal(&mut session);
    session.send(Msg::Rewritten(fix, Ok(text.replace("IsAuthenticated", "IsAdminUser"))));
    session.keys("y u u");
    assert!(!session.screen().contains("IsAdminUser"), "u takes the change back: {}", session.screen());
    session.keys("U U ctrl-c");
    let mut next = at(&demo, "", "choose-default-permissions");
    next.keys("f");
    assert!(next.screen().contains("IsAdminUser"), "{}", next.screen());
    assert_eq!(next.model.staged().len(), 1);
    let path = demo.root().join("shop/settings/production.py");
    std::fs::write(&path, format!("# mine\n{}", demo.text("shop/settings/production.py"))).unwrap();
    next.keys("R");
    let screen = next.screen();
    assert!(screen.contains("undecided again") && !screen.contains("IsAdminUser"), "{screen}");
    assert!(next.model.staged().is_empty());
    let (_, text) = proposal(&mut next);
    assert!(text.contains("IsAdminUser"), "{text}");
}

/// The screen without its first line, which changes with every check that is added.
fn body(session: &Headless) -> String {
    session.screen().lines().skip(1).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_endpoints_tab_opens_every_cell_at_its_place() {
    let demo = Demo::new();
    let mut session = demo.session("", USUAL);
    session.keys("enter enter 5");
    insta::assert_snapshot!("endpoints", body(&session));
    session.keys("j j");
    assert_eq!(opened_in_editor(&mut session).as_deref(), Some("shop/urls.py:12"));
    session.keys("5 o o o");
    assert!(session.screen().contains("> permission"), "{}", session.screen());
    assert_eq!(opened_in_editor(&mut session).as_deref(), Some("orders/views.py:33"));
    session.keys("5 enter");
    insta::assert_snapshot!("endpoint", body(&session));
    session.keys("esc s");
    assert!(session.screen().contains("4 endpoints   show: open"), "{}", session.screen());
    session.keys("s");
    assert!(session.screen().contains("5 endpoints   show: authenticated"), "{}", session.screen());
    session.keys("s");
    assert!(session.screen().contains("9 endpoints   show: all"), "{}", session.screen());
    session.send(Msg::Resized(40, 12));
    insta::assert_snapshot!("endpoints-compact", body(&session));
}

#[test]
fn an_open_view_is_marked_public_from_its_endpoint_and_the_mark_taken_back() {
    let demo = Demo::new();
    let mut session = demo.session("", USUAL);
    session.model.author = "Ada <ada@example.com>".to_owned();
    session.keys("enter enter 5 j j j j m");
    assert!(session.screen().contains("nothing to mark"), "it asks for a login: {}", session.screen());
    session.keys("k k m");
    insta::assert_snapshot!("mark-public", body(&session));
    session.keys("ctrl-u ctrl-s");
    assert!(session.screen().contains("Reason is needed"), "{}", session.screen());
    session.keys("\"a partner reads it\" ctrl-s");
    let kept = demo.text("drf-harden-decisions.toml");
    assert!(kept.contains("[[public]]") && kept.contains("a partner reads it"), "{kept}");
    assert!(session.screen().contains("Marked public: a partner reads it"), "{}", session.screen());
    session.keys("m");
    assert!(!demo.text("drf-harden-decisions.toml").contains("[[public]]"), "{}", session.screen());
    session.keys("u");
    assert!(demo.text("drf-harden-decisions.toml").contains("[[public]]"), "{}", session.screen());
}
