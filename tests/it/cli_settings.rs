//! `settings`: the story of one setting, and two modules compared.

use crate::support::case::Case;

#[test]
fn the_story_of_a_setting_names_each_link_and_the_environment() {
    let case = Case::new("split");
    insta::assert_snapshot!("story_of_debug", case.run(&["settings", "--explain", "DEBUG"]).out);
    insta::assert_snapshot!(
        "story_of_rest_framework",
        case.run(&["settings", "--explain", "REST_FRAMEWORK"]).out
    );
    let key = case.run(&["settings", "--explain", "REST_FRAMEWORK.PAGE_SIZE"]).out;
    assert!(key.starts_with("REST_FRAMEWORK.PAGE_SIZE  known  50\n"), "{key}");
    assert!(key.contains("3.14 to 3.18  None"), "{key}");
    let required = case.run(&["settings", "--explain", "SECRET_KEY"]).out;
    assert!(required.contains("the import fails without it"), "{required}");
    let given = case.run(&["settings", "--explain", "DEBUG", "--env", "DJANGO_DEBUG=off"]).out;
    assert!(given.contains("given by --env"), "{given}");
}

#[test]
fn the_story_is_told_to_programs_too() {
    let case = Case::new("split");
    let json = case.run(&["settings", "--explain", "DEBUG", "--format", "json"]).json();
    assert_eq!((&json["state"], &json["value"]), (&"env".into(), &true.into()));
    assert_eq!(json["chain"][0]["path"], "config/settings/base.py");
    assert_eq!(json["chain"][1]["how"], "imported");
    assert_eq!(json["environment"][0]["name"], "DJANGO_DEBUG");
    assert_eq!(json["environment"][0]["supplied"], false);
    assert_eq!(json["default"]["of"], "Django");
    assert_eq!(json["default"]["versions"][0]["value"], false);
}

#[test]
fn a_setting_that_nobody_knows_is_an_error_with_the_nearest_names() {
    let ran = Case::new("split").run(&["settings", "--explain", "HSTS"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("SECURE_HSTS_SECONDS"), "{}", ran.err);
}

#[test]
fn a_story_keeps_secrets() {
    let case = Case::new("single");
    case.write("shop/keys.py", "");
    let ran = case.run(&["settings", "--explain", "SECRET_KEY"]);
    let settings = std::fs::read_to_string(case.root().join("shop/settings.py")).unwrap();
    let line = settings.lines().find(|line| line.starts_with("SECRET_KEY")).unwrap();
    let secret = line.split(['"', '\'']).nth(1).unwrap();
    assert!(ran.out.contains("****") && !ran.out.contains(secret), "{}", ran.out);
}

#[test]
fn two_modules_are_compared_with_what_security_rests_on_first() {
    let case = Case::new("split");
    let modules = ["config.settings.production", "config.settings.development"];
    let ran = case.run(&["settings", "--diff", modules[0], modules[1]]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    insta::assert_snapshot!("production_against_development", ran.out);
    let json = case.run(&["settings", "--diff", modules[0], modules[1], "--format", "json"]).json();
    assert_eq!(json["left"], modules[0]);
    let rows = json["differences"].as_array().unwrap();
    let hosts = rows.iter().find(|row| row["name"] == "ALLOWED_HOSTS").expect("a row");
    assert_eq!((&hosts["security"], &hosts["same_value"]), (&true.into(), &false.into()));
    assert_eq!(hosts["right"]["value"][0], "*");
    assert_eq!(hosts["right"]["where"]["path"], "config/settings/development.py");
    let debug = rows.iter().find(|row| row["name"] == "DEBUG").expect("a row");
    assert_eq!(debug["same_value"], true, "{debug}");
}

#[test]
fn a_module_is_the_same_as_itself() {
    let case = Case::new("split");
    let module = "config.settings.production";
    let ran = case.run(&["settings", "--diff", module, module]);
    assert!(ran.out.contains("No value differs"), "{}", ran.out);
}

#[test]
fn a_module_that_is_not_there_cannot_be_compared() {
    let ran = Case::new("split").run(&["settings", "--diff", "config.settings.production", "config.nowhere"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("config.nowhere") && ran.err.contains("config.settings.production"),
        "{}",
        ran.err
    );
}
