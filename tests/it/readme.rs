//! What the README shows and promises is what the product does.

use std::path::Path;

use crate::support::demo::Demo;

/// The demo project opened at a fixed size and date.
fn picture() -> String {
    let demo = Demo::new();
    let mut session = demo.session("", (110, 34));
    session.keys("enter enter");
    session.svg("drf-harden")
}

#[test]
fn the_picture_is_the_real_screen() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/screenshot.svg");
    let now = picture();
    if std::env::var_os("UPDATE_PICTURE").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        now == committed,
        "the screen has changed: run UPDATE_PICTURE=1 cargo test the_picture, and look at it"
    );
}

#[test]
fn every_command_of_the_readme_exists() {
    let readme = include_str!("../../README.md");
    let mut help = assert_cmd::Command::cargo_bin("drf-harden").unwrap();
    let help = String::from_utf8(help.arg("--help").output().unwrap().stdout).unwrap();
    let commands: Vec<&str> = readme
        .lines()
        .filter_map(|l| l.strip_prefix("| `drf-harden "))
        .filter_map(|l| l.split([' ', '`']).next())
        .collect();
    assert!(commands.len() >= 8, "{commands:?}");
    for command in commands {
        assert!(help.contains(command), "`drf-harden {command}` is in the README and not in --help");
    }
}
