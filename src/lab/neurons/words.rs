//! The words of "Neurons in a minute".

use super::super::{Try, Words};

pub const ABOUT: Words = (
    "A neuron adds up its inputs, each times a number of its own (its weight), and passes the sum through a bent curve, the \
     activation. Here the inputs are the two coordinates of a point. One neuron can only draw one straight border. A layer of \
     several neurons draws several borders, and the next layer joins them into shapes.\n\
     Learning is simple to say. The network guesses the class of every point. The loss is a number for how wrong it was. For \
     each weight the computer works out how the loss changes when the weight grows a little: that is the gradient, found \
     backwards from the answer to the input (backpropagation). Then every weight moves a small step downhill. The learning rate \
     is the size of that step. This is repeated thousands of times.\n\
     The colour behind the points is the answer for every place. Every model in this room, also the largest, learns in this \
     way: it only has more neurons.",
    "神经元把每个输入乘上自己的一个数（权重），加在一起，再通过一条弯曲的曲线，即激活函数。这里的输入是点的两个坐标。\
     一个神经元只能画一条直线作分界；一层里的几个神经元画几条，下一层再把它们拼成形状。\n\
     学习的道理很简单：网络先猜每个点属于哪一类，损失用一个数说明错了多少。对每个权重，计算机算出它增加一点时损失怎样变化，\
     这就是梯度；它从答案一层层往回算到输入，叫反向传播。然后每个权重都朝损失变小的方向走一小步，步子的大小就是学习率。\
     这样重复几千次。\n\
     点后面的颜色，是网络对每个位置的答案。这个房间里的所有模型，包括最大的，都是这样学的，只是神经元更多。",
);

pub const FAILS: Words = (
    "Too few neurons cannot draw the border, however long they learn. A learning rate that is too high jumps over the valley: \
     the loss shakes or becomes no number at all. And a network can learn its points by heart: the loss of other points then \
     rises while its own still falls (overfitting).",
    "神经元太少，学多久也画不出需要的分界。学习率太高，会从谷底跳过去：损失来回抖动，甚至变成无效的数。网络还可能死记硬背：\
     自己学过的点损失还在下降，没见过的点损失却上升了，这叫过拟合。",
);

pub const QUESTIONS: [Words; 5] = [
    ("What does a neuron do with its inputs?", "神经元怎样处理它的输入？"),
    ("What is the loss?", "损失是什么？"),
    ("What does the gradient say of a weight?", "梯度说明了权重的什么？"),
    ("What happens when the learning rate is too high?", "学习率太高会怎样？"),
    ("How do you see overfitting?", "怎样看出过拟合？"),
];

pub const TRIES: [Try; 3] = [
    Try {
        name: ("One straight border", "只有一条直线"),
        about: (
            "Without a hidden layer the circle cannot be told from the ring: about half of the points stay wrong.",
            "没有隐藏层，就分不开圆和环：大约一半的点始终是错的。",
        ),
        set: &[("points", 0.0), ("layers", 0.0)],
    },
    Try {
        name: ("Two spirals", "双螺旋"),
        about: (
            "Three layers of eight neurons wind the border around both arms. Watch how the first layer's straight lines become curves.",
            "三层、每层八个神经元，能让分界绕着两条旋臂走。看第一层的直线怎样变成曲线。",
        ),
        set: &[("points", 3.0), ("layers", 3.0), ("neurons", 12.0), ("rate", 0.01)],
    },
    Try {
        name: ("Too fast", "学得太快"),
        about: (
            "With a learning rate of 3 the loss jumps about and does not settle.",
            "学习率为 3 时，损失上下乱跳，不会稳定下来。",
        ),
        set: &[("points", 1.0), ("layers", 2.0), ("rate", 3.0)],
    },
];
