//! English, as in office letters. Phones are written as in the ARPAbet.

use super::lexicon::Tongue;

pub static ENGLISH: Tongue = Tongue { words: WORDS, text: TEXT, spoken: SPOKEN, alike: &ALIKE, joined: false };

/// Groups of phones that are made alike: the same place or manner in the mouth, or near vowels.
const ALIKE: [&str; 19] = [
    "p b",
    "t d",
    "k g",
    "p t k",
    "b d g",
    "f v th dh",
    "s z sh",
    "ch sh",
    "m n ng",
    "l r w",
    "iy ih ey y",
    "eh ae ah",
    "ah er uh aa",
    "aa ao aw ow",
    "uw uh ow",
    "ay ey",
    "hh f",
    "th t",
    "dh d",
];

const WORDS: &str = "a ah
about ah b aw t
after ae f t er
all ao l
an ae n
and ae n d
answer ae n s er
are aa r
at ae t
bank b ae ng k
be b iy
before b ih f ao r
bill b ih l
both b ow th
buy b ay
by b ay
call k ao l
can k ae n
check ch eh k
contract k aa n t r ae k t
copies k aa p iy z
copy k aa p iy
day d ey
dear d ih r
for f ao r
four f ao r
friday f r ay d ey
from f r ah m
good g uh d
have hh ae v
hear hh ih r
here hh ih r
hour aw er
i ay
in ih n
is ih z
it ih t
knew n uw
know n ow
last l ae s t
letter l eh t er
letters l eh t er z
like l ay k
machine m ah sh iy n
machines m ah sh iy n z
mail m ey l
me m iy
meet m iy t
meeting m iy t ih ng
monday m ah n d ey
money m ah n iy
morning m ao r n ih ng
mrs m ih s ih z
must m ah s t
my m ay
name n ey m
need n iy d
new n uw
next n eh k s t
no n ow
not n aa t
now n aw
of ah v
office ao f ih s
on aa n
one w ah n
order ao r d er
our aw er
paper p ey p er
pay p ey
please p l iy z
price p r ay s
read r iy d
report r ih p ao r t
right r ay t
see s iy
send s eh n d
sent s eh n t
sign s ay n
sir s er
soon s uw n
thank th ae ng k
that dh ae t
the dh ah
their dh eh r
them dh eh m
there dh eh r
they dh ey
this dh ih s
to t uw
today t ah d ey
tomorrow t ah m aa r ow
too t uw
two t uw
us ah s
wait w ey t
want w aa n t
was w ah z
we w iy
week w iy k
will w ih l
with w ih dh
won w ah n
wright r ay t
write r ay t
you y uw
your y ao r";

const TEXT: &str = "dear sir thank you for your letter. dear mrs wright thank you for your letter of last week.
please write a letter to mrs wright right now. please write to us soon. i will write to you next week.
please send me a copy of the report. please send us two copies of the contract. we sent you a copy of the contract.
we will send you the report by friday. we will send the contract by mail. they will send it by monday morning.
i will call you tomorrow morning. i will call mrs wright at the office. please call me at the office today.
we need four machines for the new office. we need two new machines by friday. i need a copy of that letter.
i want to buy a new machine. they want to buy two machines for their office. you can buy the machine for a good price.
the meeting is at four on friday. the meeting is in our office. the meeting was on monday morning.
can we meet on monday. can you meet us at the bank at two. i will meet you there in one hour.
we have no money in the bank. they have the money for the machines. we have not read your report.
please sign the contract and send it to us. you must sign both copies. mrs wright will sign the contract tomorrow.
i have read your letter and i will answer it soon. please read this report before the meeting.
i hear that you won the contract. we hear that the price is good. i want to hear from you soon.
i know that the bill is right. we know that they will pay. i can not read their name. you know that this is not right.
please wait here for one hour. please wait for the mail. i can not wait for the order.
they are there now. mrs wright is here today. the machines are not here. the letters are there.
we will pay the bill next week. we will pay for the order by check. please pay your bill before friday.
thank you for the order. thank you for your answer. we thank you for the good report.
is that the right price. is this your paper. is there an answer to our letter. there is no mail for you today.
no one knew about the meeting. i knew that the price was not right. they knew about it last week.
i like the new office. we like your machines. i want to see the report. i like the paper too.
the new price is not good. the price of the paper is too good. the contract was sent by mail last friday.
the bank sent us a check. the check was sent to your office. the order was for four machines.
one machine is here and two are there. all the letters are for mrs wright. all of us will be at the meeting.
we want to see the new machines. i want to see you in my office tomorrow. they want to see the contract before monday.
we need an answer today. you must call the bank right now. i must write a report about the meeting.
your letter was sent to the right office. the name on the check is right. the report is about the price of paper.
good morning mrs wright. good day sir. i will be there at four. we will be here all day.
they will see you after the meeting. please call us after four. we can meet after the meeting.
dear sir we need your answer by friday. dear mrs wright we have read your report. dear sir please send us the bill.
i sent a letter to the bank. i sent the check to mrs wright. we sent the order to your office on monday.
it is here on paper. it is the right one. it was a good meeting. it is not for us.
please write your name on the paper. write the name of the bank here. please write it right now.
two of the machines are for you. four of the letters are for us. one of the copies is for the bank.
can you hear me now. can you read this letter. can you send it today. can i see the copy.
i have two copies of the letter here. you have the right order. we have one machine too.
we won the order from the bank. they won it too. we will meet with them at the office.
the day after tomorrow is friday. the meeting with mrs wright is on friday. the meeting with the bank is next week.";

const SPOKEN: &str =
    "please write to mrs wright today. please send us a copy of the letter. we need two copies of the report.
we will send you the contract by mail. i will call you on monday morning. i will write you a letter next week.
they want to buy four new machines. we want to buy the machines for a good price. the meeting is on monday at two.
the meeting is in your office tomorrow. can you meet us on friday. i will meet mrs wright at the bank.
we have no money for the machines. please sign the contract before friday. i have read your report about the machines.
i hear that the meeting was good. we know that the price is right. please wait here for mrs wright.
they are not here today. we will pay the bill by check. thank you for your letter of last friday.
thank you for the copies of the contract. is this the right bank. there is no answer to your letter.
i knew about the meeting last week. i like the new machines too. the price of the machines is not right.
the check was sent by mail last week. all of the letters are here. we want to see your report before the meeting.
you must write a letter right now. the name on the contract is not right. we will be there on friday morning.
please call mrs wright after the meeting. dear sir thank you for the order. dear mrs wright please send us your report.
i sent the contract to the bank last week. it is a good price for us. please write the name of your office here.
two of the letters are for mrs wright. can you send me the report today. i have two machines in the office.
we won the contract. the meeting with the bank is on monday. dear sir we have read your letter.
we need an answer from you by monday. they will send us four copies. i want to see the paper now.
you can buy two for the price of one. please read the contract and sign it. no one is in the office now.
i must see you right now. mrs wright knew that the check was not here. we sent two letters to their office.
our bank will pay the bill tomorrow. they know our new price. i will wait for you in the office.
the order is for two machines. please pay the bill before monday. they won the new order too.";
