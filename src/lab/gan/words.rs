//! The words of the GAN.

use super::super::{Try, Words};

pub const ABOUT: Words = (
    "A GAN (generative adversarial network, 2014) is two networks that play against each other. The generator is a forger: it \
     gets random numbers and makes a point of them. The discriminator is a detective: it gets a point and says how likely it is \
     to be real. The detective learns from real points and from the forger's; the forger never sees a real one. It only learns \
     from the detective: the arrows show where each made point would have to go to look more real.\n\
     Both start with no idea. As the detective gets better, the forger must get better too, until the made points lie where \
     the real ones lie and the detective can only guess: then the colour fades, and the detective's loss is near 0.69, which is \
     that of a coin.\n\
     With pictures in place of points the same game made the first photographs of people who do not exist. The network that \
     sharpens our own stickers was trained with such a detective.",
    "GAN（生成对抗网络，2014 年）是两个互相对抗的网络。生成器像伪造者：它拿到一些随机数，用它们造出一个点。判别器像侦探：\
     它看一个点，说它有多大可能是真的。侦探既看真的点，也看伪造的点；伪造者从来看不到真的点，只能从侦探那里学：\
     箭头表示每个伪造的点要往哪里移动，才更像真的。\n\
     一开始两个都什么也不懂。侦探变强，伪造者也必须变强，直到造出来的点和真的点落在一起，侦探只能瞎猜：\
     这时底色变淡，侦探的损失接近 0.69，和抛硬币一样。\n\
     把点换成图片，同样的游戏造出了第一批“并不存在的人”的照片。让我们的贴纸变清晰的网络，也是这样和一个侦探一起训练出来的。",
);

pub const FAILS: Words = (
    "The game may never settle: the two can circle each other for ever. If the forger finds one point that fools the \
     detective, it may make only that one: this is mode collapse, and many kinds of real points are never made. If the \
     detective gets too good too early, it gives the forger no slope to follow. Diffusion models replaced GANs for pictures \
     because they do not have these troubles.",
    "这个游戏可能永远不会稳定：两个网络绕着彼此转圈。伪造者如果发现某一种点总能骗过侦探，就可能只造这一种，这叫模式崩溃，\
     许多种真实的点从来不会被造出来。侦探如果太早变得太强，伪造者就得不到可以跟随的坡度。扩散模型没有这些麻烦，\
     所以在图片上取代了 GAN。",
);

pub const QUESTIONS: [Words; 5] = [
    ("What does the generator get, and what does it make?", "生成器拿到什么，造出什么？"),
    ("What does the discriminator say?", "判别器说的是什么？"),
    ("Does the generator ever see real points?", "生成器见过真实的点吗？"),
    ("What is mode collapse?", "什么是模式崩溃？"),
    ("How do you see that the game is won?", "怎样看出游戏成功了？"),
];

pub const TRIES: [Try; 3] = [
    Try {
        name: ("A ring", "圆环"),
        about: (
            "The made points spread along the ring, and the detective's colour fades.",
            "造出来的点沿着圆环铺开，侦探的底色变淡。",
        ),
        set: &[("shape", 0.0)],
    },
    Try {
        name: ("Mode collapse", "模式崩溃"),
        about: (
            "The forger takes ten steps for each one of the detective: it makes one or a few of the eight heaps and hops between them.",
            "伪造者走十步，侦探才走一步：它只造八堆里的一两堆，并在它们之间跳来跳去。",
        ),
        set: &[("shape", 1.0), ("generator_steps", 10.0), ("generator_rate", 0.005), ("discriminator_rate", 0.0005)],
    },
    Try {
        name: ("A detective that is too good", "太强的侦探"),
        about: (
            "The detective learns a hundred times faster: its loss goes to zero and the forger's rises.",
            "侦探学得快一百倍：它的损失降到零，伪造者的损失上升。",
        ),
        set: &[("shape", 2.0), ("generator_rate", 0.0001), ("discriminator_rate", 0.01), ("discriminator_steps", 5.0)],
    },
];
