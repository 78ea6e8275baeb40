//! What needs the plain terminal or the system: the editor, the clipboard, suspending.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

/// Opens a file at a line in the user's editor and waits for it.
pub(super) fn edit(path: &Path, line: usize) -> Result<(), String> {
    let command = ["VISUAL", "EDITOR"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.trim().is_empty())
        .ok_or("no editor is set: put its command into VISUAL or EDITOR")?;
    let words = shlex::split(&command).filter(|w| !w.is_empty());
    let Some(words) = words else { return Err(format!("this editor command cannot be read: {command}")) };
    let status = Command::new(&words[0])
        .args(&words[1..])
        .args(arguments(&words[0], path, line))
        .status()
        .map_err(|error| format!("{} could not be started: {error}", words[0]))?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", words[0])) }
}

/// Lets the user change a text in the editor, from its third line on, and gives the text back.
pub(super) fn edit_text(text: &str) -> Result<String, String> {
    let sentence = |error: io::Error| format!("the text could not be handed to the editor: {error}");
    let mut file =
        tempfile::Builder::new().prefix("drf-harden-").suffix(".py").tempfile().map_err(sentence)?;
    file.write_all(text.as_bytes()).and_then(|()| file.flush()).map_err(sentence)?;
    // Editors that write a new file and rename it leave the handle with the old one.
    let path = file.into_temp_path();
    edit(&path, 3)?;
    let unread = |error: crate::source::ReadError| format!("the editor's text could not be read: {error}");
    crate::source::read_text(&path).map_err(unread)
}

/// How an editor is told the line; unknown editors get the file alone.
fn arguments(program: &str, path: &Path, line: usize) -> Vec<String> {
    let name =
        Path::new(program).file_stem().map(|n| n.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let path = path.to_string_lossy().into_owned();
    match name.as_str() {
        "vi" | "vim" | "nvim" | "nano" | "emacs" | "emacsclient" | "micro" | "kak" | "joe" | "mg"
        | "pico" => {
            vec![format!("+{line}"), path]
        }
        "code" | "codium" | "code-insiders" => {
            vec!["--wait".into(), "--goto".into(), format!("{path}:{line}")]
        }
        "hx" | "helix" | "subl" | "zed" => vec![format!("{path}:{line}")],
        _ => vec![path],
    }
}

/// Puts text on the terminal's clipboard (OSC 52).
pub(super) fn copy(text: &str) -> io::Result<()> {
    let mut out = io::stdout();
    write!(out, "\x1b]52;c;{}\x07", base64(text.as_bytes()))?;
    out.flush()
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |g, &b| g << 8 | u32::from(b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let letter = LETTERS[(group >> (18 - 6 * i) & 63) as usize];
            out.push(if i <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

/// Stops this process until the shell continues it. SIGTSTP is ignored in an orphaned process group, SIGSTOP is
/// not.
pub(super) fn stop() {
    #[cfg(unix)]
    {
        let _ = signal_hook::low_level::raise(signal_hook::consts::SIGSTOP);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editors_are_told_the_line_in_their_own_way() {
        let path = Path::new("a.py");
        assert_eq!(arguments("/usr/bin/vim", path, 7), ["+7", "a.py"]);
        assert_eq!(arguments("code", path, 7), ["--wait", "--goto", "a.py:7"]);
        assert_eq!(arguments("my-editor", path, 7), ["a.py"]);
    }

    #[test]
    fn the_clipboard_text_is_encoded() {
        assert_eq!(base64(b"a"), "YQ==");
        assert_eq!(base64(b"settings.py:12"), "c2V0dGluZ3MucHk6MTI=");
        assert_eq!(base64("é漢".as_bytes()), "w6nmvKI=");
    }
}
