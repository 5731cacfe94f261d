"""Knows the lines of a site's interface: whole lines that say share, print, read more or advertisement."""

from storage.leaves import folded

# No interface's line is longer.
MAX_CHARACTERS = 60
# Words of a label that a link follows.
LONGEST_OPENING = 5

# One language after the other, phrases parted by "|". A line is cut only where it is one of these and nothing
# else, case and punctuation aside.
_PHRASES = """
advertisement|advertisements|ad|ads|sponsored|sponsored content|paid content|paid post|promoted
story continues below|story continues below advertisement|article continues below
article continues after advertisement|article continues below advertisement|continue reading
continue reading below|continue reading the main story|scroll to continue|scroll down to continue reading|share
share this|share this article|share this story|share this post|share on facebook|share on twitter|share on x
share on linkedin|share on whatsapp|share via email|tweet|tweet this|pin it|email|email this|email this article
print|print this|print this page|print article|save|save article|save this article|bookmark|copy link
link copied|copied|copy|listen|listen to article|listen to this article|watch|watch now|watch video
watch the video|play video|read more|read more here|read also|also read|read next|up next|more|see more
show more|load more|view more|view all|see all|show all|more stories|more news|more from|more on this
more on this story|more on this topic|more in|related|related articles|related article|related stories
related story|related news|related content|related topics|related posts|related links|related coverage
recommended|recommended for you|recommended stories|recommended reading|recommended videos|related video
related videos|you may also like|you might also like
you may like|dont miss|most read|most popular|popular|trending|trending now|latest|latest news|top stories
top story|editors picks|editors pick|in this article|in this story|whats next|comments|comment|leave a comment
leave a reply|post a comment|add a comment|view comments|show comments|join the conversation|subscribe
subscribe now|subscribe today|subscribe here|sign up|sign up now|sign up here|sign up for our newsletter
subscribe to our newsletter|newsletter|newsletters|log in|login|sign in|register|register now|create account
follow|follow us|follow us on twitter|follow us on facebook|follow us on google news|follow on google news
back to contents|back to table of contents|contents|table of contents|main content
get the app|download the app|download our app|back to top
back to the top|top|skip to content
skip to main content|skip ad|close|dismiss|next|previous|next article|previous article|view gallery|view image
view image in fullscreen|view slideshow|open image in gallery|image|photo|photos|gallery|video|videos|enlarge
enlarge image|click to enlarge|tap to unmute|loading|tags|topics|categories|filed under|learn more|find out more
donate|donate now|support us|contact us|send us a tip|report an error|report a typo|add us on google
add as preferred source on google|request permissions|reprints|order reprints|accept|accept all|accept cookies
manage preferences|cookie settings|privacy policy|about the author|about the authors|about author
advertise with us|article information
anzeige|anzeigen|werbung|gesponsert|sponsored post|weiterlesen|weiterlesen nach der anzeige|artikel weiterlesen
hier weiterlesen|mehr lesen|mehr erfahren|mehr dazu|mehr zum thema|zum thema|mehr anzeigen|mehr laden
alle anzeigen|alle ansehen|lesen sie auch|lesen sie mehr|lies auch|auch interessant|auch lesenswert
das könnte sie auch interessieren|das könnte dich auch interessieren|das könnte sie interessieren
passend zum thema|verwandte artikel|ähnliche artikel|ähnliche themen|weitere artikel|weitere themen
weitere meldungen|weitere nachrichten|empfohlener externer inhalt|empfohlener redaktioneller inhalt
externer inhalt|externen inhalt anzeigen|externer inhalt nicht verfügbar|externe inhalte anzeigen|inhalt laden
inhalt anzeigen
inhalte akzeptieren|teilen|artikel teilen|beitrag teilen|auf facebook teilen|auf twitter teilen
per e mail teilen|per mail teilen|drucken|artikel drucken|merken|artikel merken|vorlesen|artikel anhören|anhören
kommentare|kommentar|kommentieren|kommentar schreiben|kommentar verfassen|kommentare anzeigen|zu den kommentaren
diskutieren sie mit|abonnieren|jetzt abonnieren|newsletter abonnieren|jetzt anmelden|anmelden|registrieren
jetzt registrieren|einloggen|folgen|folgen sie uns|nach oben|zurück zum inhaltsverzeichnis|zum seitenanfang
zur startseite|startseite|hauptinhalt|inhaltsverzeichnis|inhalt dieses artikels
schließen|zurück|weiter|nächster artikel|vorheriger artikel|meistgelesen|beliebt|themen|schlagwörter|schlagworte
stichwörter|zur galerie|bild vergrößern|vergrößern|zum video|video|bildergalerie|mehr bilder|datenschutz
impressum|feedback|korrektur melden|fehler melden|fehler gefunden|fehler gefunden jetzt melden|fehler entdeckt
jetzt testen|jetzt lesen|zum artikel
zur person|über den autor|über die autorin|quelle|copy url|link kopieren|link kopiert
publicité|annonce|contenu sponsorisé|lire aussi|à lire aussi|lire également|à lire également|lire la suite
lire la suite de l article|la suite après la publicité|la suite après cette publicité|lire plus|en savoir plus
voir aussi|voir plus|voir tout|à voir aussi|afficher plus|sur le même sujet|sur le même thème|articles liés
articles similaires|article lié|article similaire|les plus lus|le plus lu|partager|partager l article
partager sur facebook
partager sur twitter|partager cet article|imprimer|envoyer par e mail|écouter|écouter l article|enregistrer
commenter|commentaires|réagir|laisser un commentaire|voir les commentaires|lire les commentaires|s abonner
je m abonne|abonnez vous|s inscrire|je m inscris|inscrivez vous|se connecter|connexion|suivez nous|suivre
haut de page|retour en haut|fermer|suivant|précédent|article suivant|article précédent|copier le lien|lien copié
thèmes|sujets|tags associés|nos dernières vidéos|contenu intégré|la rédaction vous conseille|notre sélection
à ne pas manquer
publicidad|anuncio|contenido patrocinado|lea también|lee también|leer más|lee más|lea más|leer también
sigue leyendo|seguir leyendo|continuar leyendo|ver más|ver todo|más información|más noticias
noticias relacionadas|artículos relacionados|noticia relacionada|artículo relacionado|te puede interesar
le puede interesar|también te puede interesar
te recomendamos|recomendado|recomendados|lo más leído|lo más visto|más leídas|compartir|comparte
compartir en facebook|compartir en twitter|imprimir|guardar|escuchar|enviar por correo|comentarios|comentar
deja un comentario|ver comentarios|suscríbete|suscribirse|suscríbase|regístrate|iniciar sesión|síguenos|seguir
volver arriba|cerrar|siguiente|anterior|copiar enlace|temas|etiquetas|archivado en|ver galería
temas relacionados|no te pierdas|mira también|mirá también|leé también
pubblicità|annuncio|contenuto sponsorizzato|leggi anche|leggi tutto|leggi di più|continua a leggere
continua la lettura|scopri di più|vedi anche|guarda anche|vedi tutti|mostra altro|altre notizie
articoli correlati|notizie correlate|articolo correlato|notizia correlata|ti potrebbe interessare
potrebbe interessarti|i più letti|più letti
condividi|condividi su facebook|condividi l articolo|stampa|salva|ascolta|ascolta l articolo|commenti|commenta
lascia un commento|leggi i commenti|abbonati|iscriviti|iscriviti alla newsletter|registrati|accedi|seguici|segui
torna su|chiudi|successivo|precedente|copia link|argomenti|tag|riproduzione riservata|consigliati
publicidade|anúncio|conteúdo patrocinado|leia também|leia mais|saiba mais|continue lendo|continue a ler
continuar a ler|continua após a publicidade|ver mais|veja mais|veja também|ver tudo|mais notícias
notícias relacionadas|artigos relacionados|notícia relacionada|artigo relacionado|mais lidas|compartilhar
compartilhe|partilhar|partilhe
partilhar artigo|imprimir|salvar|guardar|ouvir|comentários|comentar|deixe um comentário|assine|assine já
subscreva|inscreva se|entrar|siga nos|seguir|voltar ao topo|fechar|próximo|anterior|copiar link|tópicos
relacionadas|recomendado para você|recomendadas
advertentie|reclame|lees ook|lees meer|lees verder|verder lezen|meer lezen|bekijk ook|bekijk meer|meer weten
toon meer|laad meer|gerelateerde artikelen|gerelateerd|meer over dit onderwerp|meest gelezen|delen
deel dit artikel|deel op facebook|printen|afdrukken|bewaren|opslaan|luisteren|reacties|reageer
plaats een reactie|abonneren|abonneer je|word abonnee|aanmelden|inloggen|registreren|volg ons|volgen
terug naar boven|sluiten|volgende|vorige|onderwerpen|kopieer link|aanbevolen
annons|annonser|annonce|reklam|reklame|läs också|läs även|läs mer|läs vidare|fortsätt läsa|les også|les mer
læs også|læs mere|læs videre|se också|se også|visa mer|vis mer|vis mere|visa alla|relaterade artiklar
relaterte artikler|relaterede artikler|mest läst|mest lest|mest læste|dela|dela artikeln|del|del artiklen
del på facebook|skriv ut|udskriv|spara|lagre|gem|lyssna|lytt|kommentarer|kommentera|kommenter|prenumerera
bli prenumerant|abonner|bliv abonnent|tilmeld|logga in|logg inn|log ind|följ oss|følg oss|følg os|följ
följ ämnen|till toppen|stäng|lukk|luk|nästa|neste|næste|föregående|ämnen|emner
mainos|lue myös|lue lisää|jatka lukemista|katso myös|näytä lisää|jaa|jaa artikkeli|tulosta|tallenna|kuuntele
kommentit|kommentoi|tilaa|tilaa uutiskirje|kirjaudu|kirjaudu sisään|seuraa|luetuimmat|aiheet|sulje
aiheesta lisää|reklaam|loe ka|loe lisaks|loe edasi|jaga|prindi|kommentaarid
reklama|czytaj także|czytaj też|czytaj również|czytaj więcej|czytaj dalej|przeczytaj także|przeczytaj też
przeczytaj również|zobacz także|zobacz też|zobacz również|zobacz więcej|pokaż więcej|więcej na ten temat|więcej
powiązane artykuły|powiązane tematy|polecane|polecamy|najczęściej czytane|najpopularniejsze|udostępnij
udostępnij na facebooku|podziel się|drukuj|wydrukuj|zapisz|posłuchaj|komentarze|skomentuj|dodaj komentarz
subskrybuj|zaprenumeruj|zapisz się|zaloguj się|zarejestruj się|obserwuj|obserwuj nas|do góry|zamknij|następny
poprzedni|tagi|tematy|dalszy ciąg materiału pod wideo|dalsza część tekstu pod wideo|źródło
reklama|inzerce|inzercia|čtěte také|čtěte též|přečtěte si také|číst více|číst dál|číst dále|více zde
související články|související|související témata|prečítajte si aj|čítajte aj|čítať ďalej|súvisiace články
sdílet|zdieľať|sdílet na facebooku|tisknout|tlačiť|uložit|komentáře|komentovat|diskuze|vstoupit do diskuze
předplatit|přihlásit se|prihlásiť sa|registrovat se|sledujte nás|nahoru|zavřít|další|předchozí|nejčtenější
najčítanejšie|štítky|témata|článek pokračuje pod reklamou
hirdetés|olvasta már|olvassa el ezt is|olvasd el ezt is|olvass tovább|tovább olvasom|kapcsolódó
kapcsolódó cikkek|ajánlott|megosztás|megosztom|nyomtatás|mentés|hozzászólások|hozzászólás|feliratkozás
feliratkozom|bejelentkezés|kövess minket|vissza a tetejére|bezárás|címkék|legolvasottabb
publicitate|citește și|citeşte şi|citește mai mult|citiți și|citește mai departe|vezi și|vezi mai mult
articole similare|articole recomandate|cele mai citite|distribuie|printează|salvează|comentarii|comentează
lasă un comentariu|abonează te|autentificare|urmărește ne|închide|etichete|recomandări
διαφήμιση|διαβάστε επίσης|διαβάστε ακόμα|διαβάστε περισσότερα|δείτε επίσης|δείτε ακόμα|περισσότερα|σχετικά άρθρα
κοινοποίηση|κοινοποίησε|εκτύπωση|σχόλια|εγγραφή|σύνδεση|ακολουθήστε μας|κλείσιμο
реклама|на правах рекламы|читайте также|читать также|читать далее|читать дальше|читать полностью|читать ещё
подробнее|смотрите также|смотреть все|показать ещё|показать еще|по теме|материалы по теме|статьи по теме
похожие материалы|популярное|самое читаемое|поделиться|поделиться в соцсетях|распечатать|сохранить|слушать
комментарии|комментировать|оставить комментарий|подписаться|подпишитесь|подписка|войти|регистрация|наверх
закрыть|следующая|предыдущая|теги|темы|читайте також|читати далі|читати також|дивіться також|поділитися
роздрукувати|коментарі|підписатися|увійти|схожі матеріали|прочетете още|вижте още|сподели|коментари
абонирайте се|свързани статии
reklam|ilan|bunlar da ilginizi çekebilir|ilginizi çekebilir|ilgili haberler|ilgili haber|haberin devamı
devamını oku|devamı için tıklayınız|daha fazla|daha fazlası|daha fazla göster|paylaş|yazdır|kaydet|dinle
yorumlar|yorum yap|yorum yaz|abone ol|giriş yap|üye ol|takip et|bizi takip edin|kapat|sonraki|önceki|etiketler
konular|en çok okunanlar
iklan|advertisement|baca juga|baca selengkapnya|lihat juga|lihat semua|selengkapnya|artikel terkait
berita terkait|terpopuler|bagikan|cetak|simpan|komentar|tulis komentar|berlangganan|masuk|daftar|ikuti kami
tutup|berikutnya|sebelumnya|lanjutkan membaca|scroll untuk lanjut membaca|quảng cáo|xem thêm|đọc thêm|chia sẻ
bình luận|tin liên quan|bài liên quan|đăng nhập|đăng ký
إعلان|اقرأ أيضا|اقرأ أيضًا|اقرأ المزيد|المزيد|شاهد أيضا|شارك|مشاركة|طباعة|حفظ|تعليقات|التعليقات|اشترك
تسجيل الدخول|مواضيع ذات صلة|مقالات ذات صلة|الأكثر قراءة|تابعنا|إغلاق|فرسوده|پرسش و پاسخ|بیشتر بخوانید
اشتراک گذاری|چاپ|نظرات
פרסומת|קראו גם|קרא עוד|קראו עוד|שתפו|שתף|הדפסה|הדפס|תגובות|הוסף תגובה|הרשמה|התחברות|כתבות נוספות|עוד בנושא
विज्ञापन|कॉपी लिंक|यह भी पढ़ें|ये भी पढ़ें|और पढ़ें|शेयर करें|टिप्पणियाँ|संबंधित खबरें|सब्सक्राइब करें|বিজ্ঞাপন|আরও পড়ুন
আরো পড়ুন|শেয়ার করুন|மேலும் படிக்க|விளம்பரம்
広告|関連記事|関連ニュース|関連リンク|この記事は会員限定です|あわせて読みたい|続きを読む|もっと見る|もっと読む|シェア|シェアする
ツイート|印刷|保存|コメント|コメントする|ログイン|会員登録|無料会員登録|購読|フォロー|フォローする|トップへ戻る
ページトップへ|閉じる|次へ|前へ|おすすめ記事|人気記事|ランキング
广告|廣告|相关阅读|相關閱讀|相关新闻|相關新聞|相关文章|相關文章|延伸阅读|延伸閱讀|推荐阅读|推薦閱讀|更多
查看更多|阅读更多|閱讀更多|阅读全文|分享|分享到|打印|列印|收藏|评论|評論|留言|登录|登入|注册|註冊|订阅|訂閱|关注
返回顶部|回到頂部|关闭|關閉|下一篇|上一篇|热门|熱門|标签|標籤
광고|관련기사|관련 기사|추천기사|많이 본 기사|더보기|더 보기|공유|공유하기|인쇄|저장|댓글|댓글 쓰기|로그인
회원가입|구독|구독하기|팔로우|닫기|다음|이전|โฆษณา|อ่านเพิ่มเติม|ข่าวที่เกี่ยวข้อง|แชร์|แสดงความคิดเห็น
"""
PHRASES = frozenset(folded(phrase) for line in _PHRASES.strip().splitlines() for phrase in line.split("|"))


def is_interface(text: str) -> bool:
    """Whether a line is one of the interface's, word for word."""
    return len(text) <= MAX_CHARACTERS and folded(text) in PHRASES


def opens_with_phrase(text: str) -> bool:
    """Whether a line begins with one of the interface's of two words and more, and goes on."""
    said = folded(text).split()
    return any(" ".join(said[:count]) in PHRASES for count in range(2, min(len(said), LONGEST_OPENING + 1)))
