//! The UNet's blocks: resnets, each with a transformer behind it where the block has them, and a change of size.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::config::{Mid, UnetConfig};
use super::transformer::{SpatialTransformer, TransformerShape};
use crate::engine::image::nets::resnet::{Resnet, ResnetKind};
use crate::engine::kernels::{Conv2d, ConvShape, concat, upsample_nearest};

/// What a step's blocks all see.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// `[B, T]`, through the activation.
    pub time: &'a Tensor,
    /// `[B, L, D]`.
    pub context: &'a Tensor,
}

/// Resnets in a row; `attentions` is empty or as long.
struct Layers {
    resnets: Vec<Resnet>,
    attentions: Vec<SpatialTransformer>,
}

impl Layers {
    fn forward_one(&self, i: usize, x: &Tensor, seen: Seen) -> Result<Tensor> {
        let x = self.resnets[i].forward(x, Some(seen.time))?;
        match self.attentions.get(i) {
            Some(attention) => attention.forward(&x, seen.context),
            None => Ok(x),
        }
    }
}

/// The kind of resnet that this UNet is made of.
pub fn resnet_kind(config: &UnetConfig) -> ResnetKind {
    ResnetKind {
        groups: config.norm_num_groups,
        eps: config.norm_eps,
        activation: config.activation,
        time: Some(config.time.embed_dim),
        scale_shift: config.scale_shift,
        out_scale: 1.0,
    }
}

/// The transformers of block `i` (counted from the top).
fn transformer(config: &UnetConfig, i: usize, layers: usize) -> TransformerShape {
    TransformerShape {
        channels: config.block_out_channels[i],
        heads: config.heads[i],
        layers,
        context: config.cross_attention_dim[i],
        groups: config.norm_num_groups,
        linear: config.use_linear_projection,
        only_cross: config.only_cross_attention[i],
        upcast: config.upcast_attention,
    }
}

/// A block on the way down.
pub struct Down {
    layers: Layers,
    down: Option<Conv2d>,
}

impl Down {
    /// Block `i` of the way down below `vb`.
    pub fn load(vb: &VarBuilder, config: &UnetConfig, i: usize) -> Result<Self> {
        let (kind, out) = (resnet_kind(config), config.block_out_channels[i]);
        let before = config.block_out_channels[i.saturating_sub(1)];
        let (mut resnets, mut attentions) = (Vec::new(), Vec::new());
        for (j, layers) in config.down_transformers[i].iter().enumerate() {
            let from = if j == 0 { before } else { out };
            resnets.push(Resnet::load(&vb.pp("resnets").pp(j), kind, from, out)?);
            if config.down_attention[i] {
                let shape = transformer(config, i, *layers);
                attentions.push(SpatialTransformer::load(&vb.pp("attentions").pp(j), shape)?);
            }
        }
        let last = i + 1 == config.block_out_channels.len();
        let shape = ConvShape::down(out, config.downsample_padding);
        let down = (!last).then(|| Conv2d::load(&vb.pp("downsamplers.0.conv"), shape)).transpose()?;
        Ok(Self { layers: Layers { resnets, attentions }, down })
    }

    /// Pushes what the way up will need.
    pub fn forward(&self, x: &Tensor, seen: Seen, skips: &mut Vec<Tensor>) -> Result<Tensor> {
        let mut x = x.clone();
        for i in 0..self.layers.resnets.len() {
            x = self.layers.forward_one(i, &x, seen)?;
            skips.push(x.clone());
        }
        if let Some(down) = &self.down {
            x = down.forward(&x)?;
            skips.push(x.clone());
        }
        Ok(x)
    }
}

/// The block at the bottom: resnet, and where it attends, transformer and resnet.
pub struct Bottom {
    layers: Layers,
    last: Option<Resnet>,
}

impl Bottom {
    pub fn load(vb: &VarBuilder, config: &UnetConfig) -> Result<Option<Self>> {
        let i = config.block_out_channels.len() - 1;
        let channels = config.block_out_channels[i];
        let kind = ResnetKind { out_scale: config.mid_block_scale_factor, ..resnet_kind(config) };
        let resnet = |j: usize| Resnet::load(&vb.pp("resnets").pp(j), kind, channels, channels);
        let (attentions, last) = match config.mid {
            Mid::None => return Ok(None),
            Mid::Resnet => (Vec::new(), None),
            Mid::CrossAttention => {
                // `only_cross_attention` does not reach this block in the reference.
                let shape = TransformerShape { only_cross: false, ..transformer(config, i, config.mid_transformers) };
                (vec![SpatialTransformer::load(&vb.pp("attentions.0"), shape)?], Some(resnet(1)?))
            }
        };
        Ok(Some(Self { layers: Layers { resnets: vec![resnet(0)?], attentions }, last }))
    }

    /// `x` `[B, H, W, C]` -> the same shape.
    pub fn forward(&self, x: &Tensor, seen: Seen) -> Result<Tensor> {
        let x = self.layers.forward_one(0, x, seen)?;
        match &self.last {
            Some(last) => last.forward(&x, Some(seen.time)),
            None => Ok(x),
        }
    }
}

/// A block on the way up.
pub struct Up {
    layers: Layers,
    up: Option<Conv2d>,
}

impl Up {
    /// Block `i` of the way up below `vb`.
    pub fn load(vb: &VarBuilder, config: &UnetConfig, i: usize) -> Result<Self> {
        let n = config.block_out_channels.len();
        // The same level on the way down, and its neighbours' channels.
        let level = n - 1 - i;
        let out = config.block_out_channels[level];
        let previous = config.block_out_channels[(level + 1).min(n - 1)];
        let next = config.block_out_channels[level.saturating_sub(1)];
        let kind = resnet_kind(config);
        let count = config.up_transformers[i].len();
        let (mut resnets, mut attentions) = (Vec::new(), Vec::new());
        for (j, layers) in config.up_transformers[i].iter().enumerate() {
            let skip = if j + 1 == count { next } else { out };
            let from = if j == 0 { previous } else { out };
            resnets.push(Resnet::load(&vb.pp("resnets").pp(j), kind, from + skip, out)?);
            if config.up_attention[i] {
                let shape = transformer(config, level, *layers);
                attentions.push(SpatialTransformer::load(&vb.pp("attentions").pp(j), shape)?);
            }
        }
        let shape = ConvShape::same(out, out, 3);
        let up = (level > 0).then(|| Conv2d::load(&vb.pp("upsamplers.0.conv"), shape)).transpose()?;
        Ok(Self { layers: Layers { resnets, attentions }, up })
    }

    /// Takes its skips off the end.
    pub fn forward(&self, x: &Tensor, seen: Seen, skips: &mut Vec<Tensor>) -> Result<Tensor> {
        let mut x = x.clone();
        for i in 0..self.layers.resnets.len() {
            let Some(skip) = skips.pop() else { candle_core::bail!("the way up has more resnets than the way down") };
            x = self.layers.forward_one(i, &concat(&x, &skip)?, seen)?;
        }
        let Some(up) = &self.up else { return Ok(x) };
        let (_, mut h, mut w, _) = x.dims4()?;
        (h, w) = (2 * h, 2 * w);
        if let Some(skip) = skips.last() {
            // An odd side was rounded on the way down: twice as large is then not what waits above.
            (_, h, w, _) = skip.dims4()?;
        }
        up.forward(&upsample_nearest(&x, h, w)?)
    }
}
