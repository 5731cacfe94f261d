"""What each sign weighs, in log odds that a run of lines is a plea.

Fitted (structured perceptron over runs, every weight held to the sign that its meaning gives it, then rounded) on the
pleas of `seeds.toml` put into some 780 real pages, against these pages' and as many unplanted pages' own paragraphs;
ENTER was then chosen for wrong cuts. docs/pleas.md has the figures on pleas and pages that were left out.
"""

# A concept weighs as much more as it is rare on the page: RARITY of it, at most MOST.
LONG = {
    "media": 0.25,
    "we": 3,
    "you": 0.88,
    "money": 0.98,
    "act": 0.01,
    "period": 0.08,
    "letter": 0.06,
    "access": 0.02,
    "plight": 0.01,
    "read": 2.1,
    "mark": 0.64,
}
SHORT = {
    "media": 0.43,
    "we": 1.2,
    "you": 1.7,
    "money": 0.1,
    "act": 1.9,
    "period": 1.2,
    "letter": 1.1,
    "access": 0.91,
    "plight": 0.18,
    "read": 0.95,
    "mark": 1.6,
}
# Half the logarithm of this over the page's share of lines with the concept: 0 where every second line has it.
RARE_BELOW = 0.5
MOST = 2.0

# Every line of a run costs or brings this, by its length.
LONG_LINE = -0.66
SHORT_LINE = 0.72
# A long line without any concept.
PLAIN = -2.5
WE_AND_YOU = 0.09
NEWSROOM_SPEAKS = 0.13
# Opens as somebody's words.
SPEECH = -1.1
# Nothing but a sum of money.
AMOUNT = 0.68
# The site's own name beside a word that asks. By judgement: made-up pleas in real pages do not name their site.
NAMES_ITSELF = 2.0
# Where an article was published before, what was corrected in it, whose opinion it is: by judgement, no run has it.
NOTE = -40
# For all of a line being links: related stories are not ours to judge.
LINKS = -3.7
# For a third of a line's stems standing in the title or the description.
TITLED = -6.2
# A short line that ends without a full stop.
UNSTOPPED = -0.3

# A run.
ENTER = -7.3
FOREIGN = 1.4
ASKS = 0.45
# For each concept of the run that is rare on the page, at most six.
EACH_CONCEPT = 0.65
FIRST = 1.3
LAST = 1.6
# All of a box that is not the article's, some of one, or lines on both sides of its edge.
WHOLE_BOX = 5.2
PART_OF_BOX = -0.9
ACROSS = -2.2
SINGLE = -1.1
ONLY_SHORT = -4
