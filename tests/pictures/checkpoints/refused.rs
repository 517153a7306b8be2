//! What a file lacks, and files that do not belong together, by name.

use aigc_studio::domain::{Checkpoint, ImageParams};
use aigc_studio::engine::CancelToken;
use aigc_studio::error::Cause;
use aigc_studio::lang::Lang;

use super::{checkpoint, cut, failed, files};
use crate::made::{fixtures, on, pipeline, run, single};

#[test]
fn what_a_file_lacks_is_named() {
    let home = tempfile::tempdir().unwrap();
    let lacks = |from: &str, without: &str| {
        let bare = home.path().join(format!("{}-{from}.safetensors", without.len()));
        cut(&single(&format!("{from}.safetensors")), &bare, |name| !name.starts_with(without));
        let error = failed(checkpoint(bare, from));
        match error.cause() {
            Cause::LacksParts { lacks, .. } => lacks.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(lacks("sd15", "first_stage_model."), "VAE");
    assert_eq!(lacks("sd15", "cond_stage_model."), "CLIP-L");
    assert_eq!(lacks("sdxl", "conditioner."), "CLIP-L, OpenCLIP-G");
    let error = failed(checkpoint(single("flux-dev.safetensors"), "flux-dev"));
    assert!(matches!(error.cause(), Cause::LacksParts { lacks, .. } if lacks == "VAE, CLIP-L, T5-XXL"), "{error}");
    for lang in Lang::ALL {
        assert!(error.summary(lang).contains("FLUX.1 dev") && error.remedy(lang).contains("T5-XXL"));
    }
    // Stable Diffusion 3 draws without its T5, as diffusers does.
    let bare = home.path().join("sd3-clip.safetensors");
    cut(&single("sd3.safetensors"), &bare, |name| !name.starts_with("text_encoders.t5xxl."));
    let params = ImageParams { prompt: "a cat".into(), width: 64, height: 64, steps: 2, ..ImageParams::default() };
    let whole = files(checkpoint(bare, "sd3"));
    assert_eq!(run(&mut pipeline(), &on(whole, params, 1), &CancelToken::new()).unwrap().pictures.len(), 1);
}

#[test]
fn files_that_do_not_belong_together_are_named() {
    // A VAE of 16 channels for a UNet of 4; a VAE that is none; a text encoder of another width; no denoiser.
    let vae = Some(single("flux-ae.safetensors"));
    let error = failed(Checkpoint { vae, ..checkpoint(single("sd15.safetensors"), "sd15") });
    assert!(error.summary(Lang::En).contains("16"), "{error}");
    let vae = Some(single("flux-dev.safetensors"));
    let error = failed(Checkpoint { vae, ..checkpoint(single("sd15.safetensors"), "sd15") });
    assert!(error.summary(Lang::En).contains("FLUX"), "{error}");
    let home = tempfile::tempdir().unwrap();
    let bare = home.path().join("bare.safetensors");
    cut(&single("sd15.safetensors"), &bare, |name| !name.starts_with("cond_stage_model."));
    let parts = vec![fixtures().join("sd21/text_encoder/model.safetensors")];
    let error = failed(Checkpoint { parts, ..checkpoint(bare, "sd15") });
    assert!(error.summary(Lang::En).contains("[525, 32]"), "{error}");
    let error = failed(Checkpoint::new(single("flux-ae.safetensors")));
    assert!(error.summary(Lang::En).contains("a VAE"), "{error}");
    let parts = vec![fixtures().join("sd15/model_index.json")];
    let error = failed(Checkpoint { parts, ..checkpoint(single("sd15.safetensors"), "sd15") });
    assert!(matches!(error.cause(), Cause::BadModelFile { .. }), "{error}");
    let error = failed(Checkpoint::new(home.path().join("gone.safetensors")));
    assert!(matches!(error.cause(), Cause::FileMissing { .. }), "{error}");
}
