//! Turns the tables of `assets/` and `checklists/` from TOML, which people write, into JSON, which is read several
//! times as fast when the program starts. `src/tables.rs` includes what is made here.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let out = env::var("OUT_DIR")?;
    for folder in ["assets", "checklists"] {
        println!("cargo:rerun-if-changed={folder}");
        convert(Path::new(folder), Path::new(&out))?;
    }
    Ok(())
}

/// Every `.toml` below a folder, under the same path with `.json` behind it.
fn convert(folder: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(out.join(folder))?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            convert(&path, out)?;
        } else if path.extension().is_some_and(|e| e == "toml") {
            let text = fs::read_to_string(&path)?;
            let table: serde_json::Value =
                toml_edit::de::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
            fs::write(out.join(format!("{}.json", path.display())), serde_json::to_string(&table)?)?;
        }
    }
    Ok(())
}
