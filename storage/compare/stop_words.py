"""Words that say nothing by themselves: an alignment that rests on them alone is none."""

# The commonest function words of English, German, French, Spanish, Portuguese, Italian, Dutch, the Scandinavian
# languages, Polish, Russian and Arabic.
_WORDS = """
a aan aber about af after al all alla als also am an anche and are as at att au auch auf aus aux av avec be
been bei bij bis but by can ce ces cette che chi com comme como con could da dans das dass dat de del della
delle dem den der des det di did die do doch door dos du durch een ein eine einem einen einer eines el elle em
en er es est et ett for from från för für ha had har has hat have he her het hij his how i if ik ikke il ils
im in into is ist it its je jest la las le les leur lo los lui ma mais man may me med met mi mit more most na
naar nach ne nicht nie niet no noch nog not nous nur não o och od oder of og om on one ook op or os ou our out
où par para pas per pero più plus po por pour på qu que qui sa se sein ses she si sich sie sin sind się so
sobre som some son sont su sua sur sus são te than that the their them then there these they this those til
till to uit um uma un una und une uns unter up us van var vi vom von voor vor vous w war was we wenn werden
were what when which who wie will wir wird with wordt would y you your z zijn zu zum zur är été über że в и из
к как на не о от по с у что это أن إلى على عن في لا ما من
"""
STOP_WORDS = frozenset(_WORDS.split())
