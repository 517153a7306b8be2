//! Chinese: everyday sentences. A word is a character, its phones are the initial and the final of its pinyin without the
//! tone, so that many characters sound alike.

use super::lexicon::Tongue;

pub static CHINESE: Tongue = Tongue { words: WORDS, text: TEXT, spoken: SPOKEN, alike: &ALIKE, joined: true };

/// Initials and finals that are easily taken for each other.
const ALIKE: [&str; 26] = [
    "z zh",
    "n l",
    "f h",
    "r l",
    "b p",
    "d t",
    "g k",
    "j q",
    "q x",
    "m n",
    "zh ch sh",
    "w y",
    "an ang",
    "en eng",
    "in ing",
    "ian in ie",
    "e o uo",
    "a ua ia",
    "ai an",
    "ao ou iao",
    "i ü",
    "u ui ou",
    "ie üe",
    "ei ui",
    "ian üan",
    "ong eng",
];

const WORDS: &str = "我 w o\n你 n i\n他 t a\n们 m en\n门 m en\n是 sh i\n事 sh i\n十 sh i\n时 sh i\n市 sh i\n师 sh i
的 d e\n得 d e\n在 z ai\n再 z ai\n有 y ou\n又 y ou\n友 y ou\n右 y ou\n做 z uo\n坐 z uo\n左 z uo\n作 z uo
喝 h e\n和 h e\n河 h e\n里 l i\n离 l i\n见 j ian\n间 j ian\n件 j ian\n书 sh u\n树 sh u\n听 t ing\n天 t ian\n今 j in
明 m ing\n名 m ing\n年 n ian\n一 y i\n衣 y i\n已 y i\n不 b u\n步 b u\n要 y ao\n药 y ao\n买 m ai\n卖 m ai\n钱 q ian\n前 q ian
去 q ü\n来 l ai\n到 d ao\n道 d ao\n知 zh i\n纸 zh i\n只 zh i\n字 z i\n子 z i\n自 z i\n写 x ie\n谢 x ie\n些 x ie
这 zh e\n那 n a\n哪 n a\n个 g e\n歌 g e\n家 j ia\n学 x üe\n雪 x üe\n生 sh eng\n声 sh eng\n老 l ao\n大 d a\n小 x iao\n校 x iao
好 h ao\n人 r en\n水 sh ui\n睡 sh ui\n吃 ch i\n饭 f an\n看 k an\n说 sh uo\n话 h ua\n花 h ua\n画 h ua\n中 zh ong\n钟 zh ong
请 q ing\n信 x in\n心 x in\n新 x in\n开 k ai\n城 ch eng\n车 ch e\n上 sh ang\n下 x ia\n点 d ian\n电 d ian\n店 d ian
很 h en\n高 g ao\n兴 x ing\n朋 p eng\n文 w en\n孩 h ai\n多 d uo\n北 b ei\n京 j ing
远 y üan\n近 j in\n己 j i\n会 h ui\n谁 sh ei";

const TEXT: &str = "我是学生。他是老师。你是学生。我们是学生。他们是老师。老师好。你好。你们好。我很好。他很高兴。我们很高兴。
见到你很高兴。见到老师我很高兴。谢谢你。谢谢老师。请坐。请坐下。请你坐下来。请你再说。请再写一个字。请你写字。请写下你的名字。
这是我的名字。这是我的书。那是他的书。这是哪个字。那是谁的画。这个字我知道。我不知道他的名字。你知道他是哪里人。他是北京人。
我知道这件事。他不知道那件事。这件事很好。这件事我已知道。他说这件事是小事。我有一件事要说。你有事请说。我有事要去学校。
他在学校里。我在家里看书。老师在学校。他们在家里吃饭。我们在这里吃饭。他在家里睡。老人在树下坐。小人在河里。花在树上。
我坐车去学校。他坐车来我家。我们坐车去城里。他开车去城里。你开车来。我的车在店门前。车在学校门前。前门已开。请开门。他在开门。
今天下雪。今天我很高兴。明天我去学校。明天他来我家。明年我去北京。今年他有事。今年我上大学。明天再见。我们明天再见。老师再见。
他到家十点。十点见。我们十点见。明天十点在学校门前见。他十点到家。十点钟上学。我十点睡。他已到家。他已到学校。这时他来到店里。
我去书店买书。他去书店买一件新衣。我去店里买纸。他去店里买药。他在店里卖药。我有钱买书。他的钱不多。这个药很好。请你吃药。
我要买一件新衣。这件新衣很好看。那件大衣是他的。我要喝水。他要喝水。请喝水。请你喝水。我和你去。我和他是朋友。他和老师说话。
你有朋友。他是我的好朋友。我的朋友在写信。他在写信。老师要我写信。他来信说他要来。信里说他很好。这是老师的信。信是他写的。
他心里很高兴。我心里知道。他在心里说。小心车。开车要小心。请小心看车。我们要小心。他很小心。你看那个人。你看这些画。
我看到一些花。这些花很好看。那些书是老师的。这些人是学生。有些字我不知道。他的画很好看。他会画画。我在学画画。我在听歌。
他听到歌声。我们听老师说话。学生听到钟声。他说话声很大。他的话我听到。请听我说。这个歌很好听。我去上学。他来学中文。
我学写中文字。中文字很好看。他会说中文。我们做饭。他在家里做饭。你在做一件大事。他做的饭很好吃。老师要我们写作。我写的作文很好。
学校在左。书店在右。车在左。店在右。书店在学校前。他上前一步。我们一步一步来。一天一天。一点一点来。我有一点不高兴。
电车来到。电话在这里。他来电话说明天来。我有他的电话。电车上人很多。我们家里有电。他家离学校很远。我家离河很近。书店离这里不远。
城市里人很多。这个城市很大。他在城里上学。这间是他的。那间是老师的。他有一间大书店。我只有一点钱。他只有一个朋友。只要一点水。
他只去一天。我自己去。他自己做饭。孩子在看书。一个孩子在画树。孩子们很高兴。他们去看雪。我们去看大河。雪下得很大。他写得很好。
你说得很好。他吃得不多。我又见到他。他又来我家。今天又下雪。他又在写字。老师又说一件事。我再去看他。请你再来。再见。";

const SPOKEN: &str = "我是老师。他们是学生。见到你我很高兴。谢谢你们。请你写下名字。这是老师的书。那是我的名字。
我不知道这件事。他知道这个字。你有一件事要做。我在学校看书。他在家里写信。我们坐车去书店。他开车来学校。车在我家门前。
明天我们去北京。今天他很高兴。明年他上大学。我们明天十点见。他十点到学校。我去店里买新衣。他去书店买纸。他在店里买药。
这件衣很好看。我要喝一点水。我和老师说话。他是我的朋友。我在写一些字。信里说他明天来。他心里很不高兴。开车请小心。
你看这些花。那些画很好看。有些人我不知道。我听到歌声。学生在听老师说话。这个歌我知道。我在学中文字。老师在家里做饭。
你做的饭很好吃。我们一步一步学。他有老师的电话。我家离学校不远。他家离书店很近。这个城市人很多。他在城里买书。我只有一个朋友。
他自己去买药。孩子在树下坐。今天雪下得很大。他画得很好。我又去看他。他又来信。请你再写一个字。明天再来。
我知道他的名字。他有钱买新书。老师十点上车。我们十点开车。小心前门。";
