//! The doctor and single files on the command line.

use serde_json::Value;

use super::{aigc, full};
use crate::made::raw::{raws, write};
use crate::made::{fixtures, single};

#[test]
fn the_doctor_on_the_command_line() {
    let home = tempfile::tempdir().unwrap();
    let path = full(home.path(), "somewhere/flux1-dev.safetensors", &[("flux-dev", "")]);
    let path = path.display().to_string();
    let out = aigc(home.path(), &["models", "check", &path, "--json", "--size", "768x512"]);
    assert!(out.status.success());
    let made: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((made["family"].as_str(), made["precision"].as_str()), (Some("FLUX.1 dev"), Some("F16")));
    assert_eq!(made["lacks"], serde_json::json!(["CLIP-L", "T5-XXL", "VAE"]));
    assert_eq!(made["size"], serde_json::json!([768, 512]));
    assert!(made["memory"]["denoiser"].as_u64() > Some(47_000_000_000));
    let out = aigc(home.path(), &["models", "check", &path]);
    let text = String::from_utf8(out.stdout).unwrap();
    for word in ["FLUX.1 dev", "11.9 B", "Missing: CLIP-L", "--with FILE", "Memory for 1024x1024"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let out = aigc(home.path(), &["models", "check", &path, "--size", "big"]);
    assert_eq!(out.status.code(), Some(2));
    let out = aigc(home.path(), &["models", "check", "/nowhere/x.safetensors"]);
    assert_eq!(out.status.code(), Some(1));
}

#[test]
fn single_files_draw_from_the_shell() {
    let home = tempfile::tempdir().unwrap();
    let (out, model) = (home.path().join("a.png"), single("sd15.safetensors").display().to_string());
    let folder = fixtures().join("sd15").display().to_string();
    let mut args = vec!["image", "a cat", "--steps", "2", "--size", "64x64", "--seed", "7", "--rng", "torch"];
    let out_text = out.display().to_string();
    args.extend(["--out", &out_text, "--model", &model, "--config", &folder]);
    let got = aigc(home.path(), &args);
    assert!(got.status.success(), "{}", String::from_utf8_lossy(&got.stderr));
    let from_file = image::open(&out).unwrap().to_rgba8();
    let mut args = vec!["image", "a cat", "--steps", "2", "--size", "64x64", "--seed", "7", "--rng", "torch"];
    args.extend(["--out", &out_text, "--model", &folder]);
    assert!(aigc(home.path(), &args).status.success());
    // The folder's own scheduler and weights: the same picture, byte for byte.
    assert_eq!(image::open(&out).unwrap().to_rgba8(), from_file);
    // A folder of another family is told by its family, not by a number of its configuration.
    let flux = fixtures().join("flux-dev").display().to_string();
    let got = aigc(home.path(), &["image", "x", "--out", &out_text, "--model", &model, "--config", &flux]);
    let said = String::from_utf8_lossy(&got.stderr);
    assert!(said.contains("it is a folder of FLUX.1") && said.contains("Stable Diffusion 1.x"), "{said}");
    let vae = fixtures().join("sdxl/vae").display().to_string();
    args.extend(["--vae", &vae]);
    assert!(aigc(home.path(), &args).status.success());
    assert_ne!(image::open(&out).unwrap().to_rgba8(), from_file);
}

#[test]
fn the_shell_says_what_is_missing_before_anything_is_loaded() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("odd.safetensors");
    let name = "model.diffusion_model.output_blocks.0.0.in_layers.2.weight";
    let mut all = raws(&single("sd15.safetensors"));
    all.remove(name).unwrap();
    write(&file, &all, None);
    let path = file.display().to_string();
    for args in
        [vec!["models", "check", &path], vec!["models", "check", &path, "--json"], vec!["image", "x", "--model", &path]]
    {
        let out = aigc(home.path(), &args);
        assert_eq!(out.status.code(), Some(1), "{args:?}");
        assert!(
            String::from_utf8_lossy(&out.stderr).contains(name),
            "{args:?}: {}",
            String::from_utf8_lossy(&out.stderr)
        );
    }
    let out = aigc(home.path(), &["models", "check", &path]);
    assert!(!String::from_utf8_lossy(&out.stdout).contains("It is complete"));
}
