//! Links and permissions are made as Unix has them.
#![cfg(unix)]

use std::fs;

use super::*;

/// A folder with these files; a text that starts with `->` makes a link.
fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match text.strip_prefix("->") {
            Some(target) => std::os::unix::fs::symlink(target, path).unwrap(),
            None => fs::write(path, text).unwrap(),
        }
    }
    root
}

fn read(root: &Path) -> Loaded {
    load(root, &LoadOptions::default(), &|_| true).unwrap()
}

fn paths(loaded: &Loaded) -> Vec<&str> {
    loaded.sources.iter().map(|(_, f)| f.path.as_str()).collect()
}

fn not_read(loaded: &Loaded) -> Vec<(&str, &str)> {
    loaded.not_read.iter().map(|n| (n.path.as_str(), n.reason.as_str())).collect()
}

#[test]
fn translations_are_not_walked_but_a_package_called_locale_is() {
    let root = tree(&[
        ("shop/locale/de/LC_MESSAGES/django.po", ""),
        ("shop/locale/de/formats.py", ""),
        ("locale/en/LC_MESSAGES/django.po", ""),
        ("locale/__init__.py", ""),
        ("locale/views.py", ""),
        ("locale/api/views.py", ""),
    ]);
    assert_eq!(paths(&read(root.path())), ["locale/__init__.py", "locale/api/views.py", "locale/views.py"]);
}

#[test]
fn the_order_is_that_of_the_paths() {
    let root = tree(&[("b.py", ""), ("a/z.py", ""), ("a.py", ""), ("a/b/c.py", "")]);
    assert_eq!(paths(&read(root.path())), ["a.py", "a/b/c.py", "a/z.py", "b.py"]);
}

#[test]
fn environments_caches_copies_and_hidden_folders_are_left_out() {
    let root = tree(&[
        ("manage.py", ""),
        ("node_modules/x/setup.py", ""),
        ("__pycache__/a.py", ""),
        (".tox/py/a.py", ""),
        ("oddly_named/pyvenv.cfg", ""),
        ("oddly_named/lib/a.py", ""),
        ("conda/conda-meta/history", ""),
        ("conda/lib/python3.12/a.py", ""),
        ("setup.py", ""),
        ("build/lib/shop/a.py", ""),
        ("shop/build/lib/kept.py", ""),
        ("vendor/Django-3.2.dist-info/METADATA", "Name: Django\n"),
        ("vendor/django/apps.py", ""),
        (".github/workflows/test.yml", ""),
        (".github/scripts/kept.py", ""),
    ]);
    assert_eq!(
        paths(&read(root.path())),
        [
            ".github/scripts/kept.py",
            ".github/workflows/test.yml",
            "manage.py",
            "setup.py",
            "shop/build/lib/kept.py",
            "vendor/Django-3.2.dist-info/METADATA",
        ]
    );
}

#[test]
fn what_git_ignores_is_left_out_but_for_the_dotenv_file() {
    let root = tree(&[
        (".git/HEAD", ""),
        (".gitignore", ".env\n/local/\n*.gen.py\n"),
        (".env", "DEBUG=1\n"),
        ("local/a.py", ""),
        ("b.gen.py", ""),
        ("c.py", ""),
    ]);
    assert_eq!(paths(&read(root.path())), [".env", "c.py"]);
}

#[test]
fn a_root_that_its_parent_ignores_is_read_all_the_same() {
    let root = tree(&[(".git/HEAD", ""), (".gitignore", "/.corpus\n"), (".corpus/shop/a.py", "")]);
    assert_eq!(paths(&read(&root.path().join(".corpus/shop"))), ["a.py"]);
}

#[test]
fn a_root_inside_a_repository_keeps_to_its_ignore_files() {
    let root = tree(&[
        (".git/HEAD", ""),
        (".gitignore", "generated/\n"),
        ("web/generated/a.py", ""),
        ("web/b.py", ""),
    ]);
    assert_eq!(paths(&read(&root.path().join("web"))), ["b.py"]);
}

#[test]
fn patterns_leave_paths_out() {
    let root = tree(&[("a.py", ""), ("legacy/b.py", "")]);
    let options = LoadOptions { exclude: vec!["legacy/**".into()], ..Default::default() };
    assert_eq!(paths(&load(root.path(), &options, &|_| true).unwrap()), ["a.py"]);
    let wrong = LoadOptions { exclude: vec!["a[".into()], ..Default::default() };
    let error = load(root.path(), &wrong, &|_| true).unwrap_err();
    assert!(error.to_string().starts_with("`a[` is not a pattern"), "{error}");
}

#[test]
fn the_environment_that_is_named_is_no_source() {
    let root = tree(&[("a.py", ""), ("runtime/bin/python", ""), ("runtime/lib/b.py", "")]);
    for python in ["runtime", "runtime/bin/python"] {
        let options = LoadOptions { python: Some(root.path().join(python)), ..Default::default() };
        assert_eq!(paths(&load(root.path(), &options, &|_| true).unwrap()), ["a.py"]);
    }
}

#[test]
fn links_are_followed_only_to_files_inside_and_once() {
    let outside = tree(&[("secret.py", ""), ("lib/a.py", "")]);
    let root = tree(&[
        ("a.py", ""),
        ("again.py", "->a.py"),
        ("only.py", "->notes.text"),
        ("notes.text", "A = 1\n"),
        ("loop/round", "->../loop"),
        ("self.py", "->self.py"),
        ("gone.py", "->nowhere.py"),
    ]);
    let link = |name: &str, target: &str| {
        std::os::unix::fs::symlink(outside.path().join(target), root.path().join(name)).unwrap();
    };
    link("out.py", "secret.py");
    link("lib", "lib");
    let loaded = read(root.path());
    assert_eq!(paths(&loaded), ["a.py", "only.py"]);
    let reasons = not_read(&loaded);
    let named: Vec<&str> = reasons.iter().map(|r| r.0).collect();
    assert_eq!(named, ["gone.py", "lib", "out.py", "self.py"]);
    assert_eq!(reasons[1].1, "it is a link to a folder outside the scanned one");
    assert_eq!(reasons[2].1, "it is a link to a file outside the scanned folder");
}

#[test]
fn a_bad_file_costs_only_itself() {
    let root = tree(&[("good.py", "A = 1\r\n"), ("empty.py", "")]);
    let write = |name: &str, bytes: &[u8]| fs::write(root.path().join(name), bytes).unwrap();
    write("bom.py", b"\xef\xbb\xbfA = 1\n");
    write("nul.py", b"A = 1\0");
    write("latin.py", b"A = 1\nB = '\xe9'\n");
    write("utf16.txt", b"\xff\xfeD\0");
    write("requirements.txt", b"\xff\xfeD\0");
    fs::File::create(root.path().join("large.py")).unwrap().set_len(50 * 1024 * 1024).unwrap();
    fs::create_dir(root.path().join("folder.py")).unwrap();
    let loaded = read(root.path());
    assert_eq!(paths(&loaded), ["bom.py", "empty.py", "good.py"]);
    assert_eq!(
        not_read(&loaded),
        [
            ("large.py", "it is larger than 20 MB"),
            ("latin.py", "it is not UTF-8 (line 2) and declares no encoding that can be read"),
            ("nul.py", "it is not text (it holds NUL bytes)"),
            ("requirements.txt", "it is not text (it holds NUL bytes)"),
        ]
    );
    assert_eq!(loaded.sources.text(loaded.sources.find("good.py").unwrap()), "A = 1\r\n");
}

#[test]
fn what_the_system_refuses_is_listed() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = tree(&[("a.py", ""), ("closed.py", "A = 1\n"), ("shut/b.py", "")]);
    let mode = |path: &str, mode| {
        fs::set_permissions(root.path().join(path), fs::Permissions::from_mode(mode)).unwrap();
    };
    mode("closed.py", 0o000);
    mode("shut", 0o000);
    // A user who may read everything sees no refusal; then there is nothing to see here.
    let refused = fs::read(root.path().join("closed.py")).is_err();
    let loaded = read(root.path());
    mode("shut", 0o755);
    if refused {
        assert_eq!(paths(&loaded), ["a.py"]);
        let reasons = not_read(&loaded);
        assert_eq!(reasons.iter().map(|r| r.0).collect::<Vec<_>>(), ["closed.py", "shut"]);
        assert!(reasons.iter().all(|r| r.1.starts_with("it could not be opened: ")), "{reasons:?}");
    } else {
        assert_eq!(loaded.sources.len(), 3);
    }
}

#[test]
fn a_pipe_does_not_block() {
    let root = tree(&[("a.py", "")]);
    let made = std::process::Command::new("mkfifo").arg(root.path().join("pipe.py")).status();
    if made.is_ok_and(|status| status.success()) {
        assert_eq!(not_read(&read(root.path())), [("pipe.py", "it is not a plain file")]);
    }
}

#[test]
fn a_name_that_is_no_utf8_is_reported() {
    use std::os::unix::ffi::OsStrExt as _;
    let root = tree(&[("a.py", "")]);
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.py");
    // Some file systems refuse such names.
    if fs::write(root.path().join(name), "").is_ok() {
        assert_eq!(not_read(&read(root.path())), [("caf\u{fffd}.py", "its name is not UTF-8")]);
    }
}

#[test]
fn a_wrong_root_is_said_in_a_sentence() {
    let root = tree(&[("site/a.py", "")]);
    let error = |path: &str| load(&root.path().join(path), &LoadOptions::default(), &|_| true).unwrap_err();
    assert!(matches!(error("absent"), LoadError::Missing { .. }));
    let text = error("site/a.py").to_string();
    assert!(matches!(error("site/a.py"), LoadError::NotAFolder { .. }));
    assert!(text.contains("is not a folder") && text.ends_with("/site."), "{text}");
}

#[test]
fn progress_counts_and_cancels() {
    let root = tree(&[("a.py", ""), ("b.py", "")]);
    let most = std::sync::atomic::AtomicUsize::new(0);
    load(root.path(), &LoadOptions::default(), &|n| {
        most.fetch_max(n, std::sync::atomic::Ordering::Relaxed);
        true
    })
    .unwrap();
    assert_eq!(most.into_inner(), 2);
    assert!(matches!(load(root.path(), &LoadOptions::default(), &|_| false), Err(LoadError::Cancelled)));
}
