"""Words that say nothing by themselves: an alignment that rests on them alone is none."""

# The commonest function words of the languages that the archive meets most. Their order is no matter.
STOP_WORDS = frozenset(
    # English
    "a about after all also an and are as at be been but by can could did do for from had has have he her his how i if "
    "in into is it its may more most no not of on one or our out she so some than that the their them then there these "
    "they this those to up us was we were what when which who will with would you your "
    # German
    "aber als am an auch auf aus bei bis da das dass dem den der des die doch durch ein eine einem einen einer eines er "
    "es für hat im in ist man mit nach nicht noch nur oder sein sich sie sind so über um und uns unter vom von vor war "
    "was wenn werden wie wir wird zu zum zur "
    # French
    "au aux avec ce ces cette comme dans de des du elle en est et il ils je la le les leur lui mais ne nous on ou où "
    "par pas plus pour qu que qui sa se ses si son sont sur un une vous y été "
    # Spanish, Portuguese, Italian
    "al alla anche che chi com como con da del della delle di dos el em ha i il la las le les lo los ma mais me mi na "
    "não no o os para per pero por più que se sin sobre su sua sus são um uma un una y "
    # Dutch and the Scandinavian languages
    "aan af att av bij dat de den der det die door een en er ett för från har het hij i ik in is med met naar niet nog "
    "och och of om ook op som te til till uit van var voor vi was wordt zijn är på ikke og "
    # Polish, Russian, Arabic
    "do i jest na nie od po się to w z że в и на не по с что это как от к у о из من في على إلى عن أن ما لا".split()
)
