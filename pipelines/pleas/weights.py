"""What each sign weighs, in log odds that a run of lines is a plea.

Fitted (structured perceptron over runs, every weight held to the sign that its meaning gives it, then rounded) on about
a hundred pleas of our own making, plain-worded ones among them, put into some 780 real pages, against these pages' and as
many unplanted pages' own paragraphs. With a third of the pleas left out of the fit and run on other pages, 16 % of the pages
kept a line of a plea and .3 % of the true paragraphs were cut. docs/pleas.md tells how to read them.
"""

# A concept weighs as much more as it is rare on the page: RARITY of it, at most MOST.
LONG = {
    "media": 0.9,
    "we": 3.4,
    "you": 1.0,
    "money": 1.1,
    "act": 0.05,
    "period": 0.2,
    "letter": 0.1,
    "access": 0.1,
    "plight": 0.05,
}
SHORT = {
    "media": 0.7,
    "we": 1.5,
    "you": 2.0,
    "money": 0.2,
    "act": 2.6,
    "period": 1.3,
    "letter": 1.6,
    "access": 2.0,
    "plight": 0.05,
}
# Half the logarithm of this over the page's share of lines with the concept: 0 where every second line has it.
RARE_BELOW = 0.5
MOST = 2.0

# Every line of a run costs or brings this, by its length.
LONG_LINE = -0.4
SHORT_LINE = 0.8
# A long line without any concept.
PLAIN = -2.0
WE_AND_YOU = 0.1
NEWSROOM_SPEAKS = 0.2
# Opens as somebody's words.
SPEECH = -1.6
# Nothing but a sum of money.
AMOUNT = 0.9
# For all of a line being links: related stories are not ours to judge.
LINKS = -4.0
# For a third of a line's stems standing in the title or the description.
TITLED = -7.0
# A short line that ends without a full stop.
UNSTOPPED = -0.4

# A run.
ENTER = -7.8
FOREIGN = 1.5
ASKS = 1.0
# For each concept of the run that is rare on the page, at most six.
EACH_CONCEPT = 0.45
FIRST = 1.4
LAST = 1.5
# All of a box that is not the article's, some of one, or lines on both sides of its edge.
WHOLE_BOX = 5.9
PART_OF_BOX = -0.7
ACROSS = -2.6
SINGLE = -1.4
ONLY_SHORT = -4.5
