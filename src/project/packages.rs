//! What an installed package is about, as far as its texts say it without being parsed.

use std::path::Path;

use memchr::memmem;

use crate::source::read_file_into;

/// Larger packages are not looked through.
const MOST_FILES: usize = 400;

/// Whether a top-level package or module of `site` may have to do with Django: some file of it says the name, or there
/// are too many to read them all. Whatever does not can hold no view, permission or setting.
pub(crate) fn speaks_of_django(site: &Path, package: &str) -> bool {
    let names = [memmem::Finder::new("django"), memmem::Finder::new("rest_framework")];
    let mut left = MOST_FILES;
    let mut bytes = Vec::new();
    let mut todo = vec![site.join(package), site.join(package).with_extension("py")];
    while let Some(path) = todo.pop() {
        if path.extension().is_some_and(|extension| extension == "py") {
            let is_read = read_file_into(&path, &mut bytes).is_ok();
            if left == 0 || is_read && names.iter().any(|name| name.find(&bytes).is_some()) {
                return true;
            }
            left -= 1;
        } else if path.extension().is_none()
            && let Ok(entries) = std::fs::read_dir(&path)
        {
            todo.extend(entries.filter_map(|entry| Some(entry.ok()?.path())));
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_that_says_the_name_is_enough() {
        let site = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = site.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("plain/__init__.py", "import json\n");
        write("plain/notes.txt", "for django\n");
        write("web/__init__.py", "from .deep.views import View\n");
        write("web/deep/views.py", "from rest_framework.views import APIView as View\n");
        write("single.py", "from django.views import View\n");
        assert!(!speaks_of_django(site.path(), "plain"));
        assert!(!speaks_of_django(site.path(), "absent"));
        assert!(speaks_of_django(site.path(), "web"));
        assert!(speaks_of_django(site.path(), "single"));
    }
}
