//! Journeys through the demo project with the real engine, without a terminal.

use drf_harden::tui::Headless;
use drf_harden::tui::model::Cursor;

use crate::support::demo::Demo;

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
