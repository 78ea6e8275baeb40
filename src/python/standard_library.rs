//! The modules of Python's standard library, by their first name. Those that only some releases from 3.10 on have, or some
//! systems, are left out, beside `imp`, which old settings ask for.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

const MODULES: &str = "
    __future__ _thread abc argparse array ast asyncio atexit base64 bdb binascii bisect builtins bz2
    cProfile calendar cmath cmd code codecs codeop collections colorsys compileall concurrent
    configparser contextlib contextvars copy copyreg csv ctypes curses dataclasses datetime decimal
    difflib dis doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput
    fnmatch fractions ftplib functools gc getopt getpass gettext glob graphlib grp gzip hashlib heapq
    hmac html http imaplib imp importlib inspect io ipaddress itertools json keyword linecache locale
    logging lzma mailbox marshal math mimetypes mmap modulefinder multiprocessing netrc ntpath numbers
    operator optparse os pathlib pdb pickle pickletools pkgutil platform plistlib poplib posixpath
    pprint profile pstats pwd py_compile pyclbr pydoc queue quopri random re reprlib resource runpy
    sched secrets select selectors shelve shlex shutil signal site smtplib socket socketserver sqlite3
    ssl stat statistics string struct subprocess symtable sys sysconfig syslog tabnanny tarfile tempfile
    termios textwrap threading time timeit token tokenize tomllib trace traceback tracemalloc types
    typing unicodedata unittest urllib uuid warnings wave weakref webbrowser wsgiref xml xmlrpc zipapp
    zipfile zipimport zlib zoneinfo
";

/// Whether a dotted name belongs to the standard library.
pub fn is_standard_library(name: &str) -> bool {
    static NAMES: LazyLock<FxHashSet<&str>> = LazyLock::new(|| MODULES.split_ascii_whitespace().collect());
    NAMES.contains(name.split('.').next().unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_belongs_to_it_by_its_first_part() {
        assert!(is_standard_library("os") && is_standard_library("collections.abc.Mapping"));
        assert!(
            !is_standard_library("django.db") && !is_standard_library("osgeo") && !is_standard_library("")
        );
    }
}
