"""How people ask for their rights over their data, in many languages: whole requests, never single words."""

# ruff: noqa: RUF001 - signs and words of many languages look alike on purpose

import re
from typing import Final

# "my (personal) data" and the like. English and German people also say "information" and "account".
_EN_MINE: Final = (
    r"(?:all\ |any\ |every\ ?|of\ |the\ |my\ |our\ |personal\ |private\ |own\ |stored\ |user\ |customer\ "
    r"|account\ (?:and\ )?|identifiable\ )*"
)
_EN_THING: Final = r"(?:data|information|details|records?|pii)\b"
_EN_ASK: Final = (
    r"(?:(?:^|[.!?:;,]\ )(?:so\ |then\ |and\ |hereby\ )?|please\ |kindly\ "
    r"|(?:want|wish|like|request|ask|asking|demand|require|need|expect|urge|order|instruct)(?:ing)?\ "
    r"(?:that\ )?(?:you\ )?(?:to\ )?|(?:can|could)\ you\ (?:please\ )?|you\ (?:to|must|should|have\ to)\ "
    r"|i\ (?:hereby\ )?request\ (?:the\ |that\ )?)"
    r"(?:please\ |permanently\ |completely\ |immediately\ |hereby\ |also\ )?"
)
_LAW: Final = r"(?:gdpr|dsgvo|rgpd|avg|rodo|kvkk|lgpd|ccpa|cpra|uk\ gdpr|data\ protection\ act)"

ERASURE: Final = rf"""
    {_EN_ASK}(?:delete|erase|remove|wipe|destroy|purge)\ (?:my\ account\ (?:and|with
    |including)\ )?(?:all\ (?:of\ )?)?(?:my|our)\ {_EN_MINE}{_EN_THING}
    |{_EN_ASK}(?:delete|erase|remove|destroy)\ (?:all|everything|any)\ (?:\w+\ ){{0,3}}(?:data
    |information|records?)?\ ?(?:that\ |which\ )?(?:you\ (?:have|hold|store|keep|process)(?:\ (?:stored
    |kept|collected|saved))?|stored|held|kept)\ (?:on|about|of)\ me\b
    |{_EN_ASK}(?:erasure|deletion|removal)\ of\ (?:all\ )?(?:of\ )?my\ {_EN_MINE}{_EN_THING}
    |\b(?:exercis\w+|invok\w+|request\w*|assert\w*|claim\w*|under|use
    |using)\ (?:\w+\ ){{0,3}}right\ (?:to|of)\ (?:be\ forgotten|erasure|deletion)
    |\bhave\ (?:all\ )?my\ {_EN_MINE}{_EN_THING}\ (?:\w+\ ){{0,2}}(?:deleted|erased|removed)
    |\b{_LAW}\ (?:data\ )?(?:deletion|erasure)\ request\b
    |\b(?:request|erasure|deletion|delete|erase)\b[^.!?]{{0,80}}\barticle\ 17\b
    |\barticle\ 17\b[^.!?]{{0,80}}\b(?:request|erasure|erase|delete)\b
    |(?<!ge)(?<!nicht\ )\blösch(?:en|t|e)\b(?:\ sie|\ du|\ ihr)?(?:\ bitte)?(?:\ umgehend|\ sofort
    |\ unverzüglich)?(?:\ (?:mein\ konto|meinen\ account|mein\ kundenkonto)\ (?:und|samt|mit
    |inklusive))?\ (?:alle\ |sämtliche\ |bitte\ )?(?:meine|unsere|die\ über\ mich
    |über\ mich)\ (?:\w+\ ){{0,4}}?(?:daten|informationen)\b(?![^.!?]{{0,20}}\bnicht\b)
    |\blöschung\ (?:aller\ |sämtlicher\ )?(?:meiner|der\ (?:über|zu)\ (?:mich|mir|meiner\ person)
    |unserer)\ (?:\w+\ ){{0,4}}?(?:daten|informationen)
    |\b(?:bitte|möchte|will|fordere|verlange|wünsche|beantrage)\b[^.!?]{{0,60}}\b(?:meine|sämtliche
    |alle)\ (?:\w+\ ){{0,3}}?daten\ (?:\w+\ ){{0,4}}?(?<!nicht\ )(?:zu\ )?(?:löschen|zu\ entfernen)
    |\b(?:recht|antrag)\ auf\ (?:löschung|vergessenwerden)\b[^.!?]{{0,60}}(?:\bgebrauch|\bgeltend
    |\bmeiner|\bnach\ art|\bgemäß|art\.?\ ?17)|\bgemäß\ art\w*\.?\ 17\b
    |\b(?:supprim(?:er|ez)|effac(?:er|ez)|suppression\ de|effacement\ de)\ (?:immédiatement[ ]
    |définitivement\ |bien\ )?(?:mon\ compte\ (?:et|ainsi\ que)\ )?(?:toutes?[ ]
    |l['’]ensemble\ de\ )?(?:mes|mon)\ (?:données|informations)
    |\bdroit\ à\ (?:l['’]effacement|l['’]oubli)\b[^.!?]{{0,60}}\b(?:mes|mon|me|je)\b|\b(?:exerce
    |exercer|invoque)\b[^.!?]{{0,60}}\bdroit\ à\ (?:l['’]effacement|l['’]oubli)
    |\b(?:eliminen?|eliminar|borren?|borrar|supriman?|suprimir|eliminación\ de|supresión\ de
    |borrado\ de)\ (?:mi\ cuenta\ y\ )?(?:todos\ )?(?:de\ )?mis\ (?:datos|informaci)
    |\b(?:ejerc\w+|solicit\w+|invoco)\b[^.!?]{{0,60}}\bderecho\ (?:de\ supresión|al\ olvido|de\ cancelación)
    |\b(?:cancell(?:are|ate|azione)|elimin(?:are|ate)|rimuov(?:ere|ete)
    |eliminazione)\ (?:il\ mio\ account\ e\ )?(?:di\ |dei\ )?(?:tutti\ )?(?:i\ |dei\ )?miei\ dati
    |\b(?:esercit\w+|chied\w+|invoc\w+|mio)\b[^.!?]{{0,60}}\bdiritto\ (?:alla\ cancellazione|all['’]oblio)
    |\b(?:eliminem?|eliminar|apaguem?|apagar|excluam?|excluir|removam?|eliminação\ de
    |exclusão\ de)\ (?:a\ minha\ conta\ e\ |minha\ conta\ e\ )?(?:todos\ )?(?:os\ |dos\ )?meus\ dados
    |\bdireito\ (?:ao\ apagamento|ao\ esquecimento|à\ eliminação)\b
    |\b(?:verwijder(?:en|t)?|wis(?:sen|t)?)\ (?:u\ )?(?:alstublieft\ |a\.u\.b\.[ ]
    |onmiddellijk\ )?(?:alle\ )?(?:van\ )?(?:mijn)\ (?:\w+\ ){{0,2}}?(?:gegevens|data)
    |\bmijn\ (?:\w+\ ){{0,2}}?gegevens\ (?:te\ |laten\ )?(?:verwijderen|wissen)
    |\brecht\ op\ (?:vergetelheid|gegevenswissing)
    |\b(?:slet(?:te)?|slett(?:e)?|radera|fjern(?:e)?|ta\ bort)\ (?:venligst\ |gerne\ |alle[ ]
    |alla\ )*(?:mine|mina)\ (?:person)?(?:oplysninger|opplysninger|uppgifter|data\b|personoplysninger
    |personuppgifter)|\b(?:sletning|sletting|radering)\ (?:af|av)\ (?:alle\ |alla\ )?(?:mine
    |mina)\ (?:person)?(?:oplysninger|opplysninger|uppgifter|data)
    |\bpoist(?:akaa|amaan|aa|ettava)\ (?:kaikki\ )?(?:minua\ koskevat\ |minun[ ]
    |omat\ )?(?:henkilö)?tieto(?:ni|jani|ja|t)
    |\b(?:usun(?:ąć|ięcie|ięcia|ąć)|usuńcie|skasow\w+)\ (?:\w+\ ){{0,2}}?(?:moich|moje)\ dan\w+
    |\bprawo?\ do\ bycia\ zapomnianym
    |\b(?:smaž(?:te|at)|vymaž(?:te|at)|výmaz|odstraň(?:te)?|odstránenie
    |vymazanie)\ (?:\w+\ ){{0,2}}?(?:moje|mých|mé|moji?ch)\ (?:osobn\w+\ )?(?:údaj\w*|dat\w*)
    |\btöröl(?:jék|ni|je|tetni)?\ (?:\w+\ ){{0,2}}?(?:a\ )?(?:személyes\ )?adataim\w*
    |\badataim\w*\ (?:törlését|törlésére)
    |\b(?:ștergeți|stergeti|ștergerea|stergerea)\ (?:\w+\ ){{0,2}}?(?:datele\ mele|datelor\ mele
    |datele\ personale)
    |(?<!не\ )\b(?:удалите|удалить|стереть|сотрите|удаление|уничтожить)\ (?:\w+\ ){{0,2}}?(?:мои|моих
    |обо\ мне)\ (?:персональн\w+\ |личн\w+\ )?(?:данн\w+)|\b(?:видаліть|видалити
    |видалення)\ (?:\w+\ ){{0,2}}?(?:мої|моїх)\ (?:персональн\w+\ )?дан\w+
    |\b(?:kişisel\ )?veriler(?:imi|imin)\ (?:\w+\ ){{0,2}}?(?:silin|silinme|silmen|silmenizi|sil)
    |(?:διαγρά\w+|διαγραφή)\ (?:\w+\ ){{0,3}}?(?:δεδομένα|δεδομένων)\ (?:\w+\ )?μου
    |(?:私の)?(?:個人)?(?:情報|データ)を?(?:すべて|全て)?(?:の)?(?:削除|消去|抹消)(?:して|を(?:お願い
    |希望|依頼|請求|求め))
    |(?:删除|刪除|清除)我的?(?:所有|全部|一切)?(?:的)?(?:个人|個人)?(?:数据|數據|资料|資料|信息|資訊)
    |(?:제|저의|나의|내)\ ?(?:모든\ )?(?:개인\ ?정보|개인정보|데이터)를?\ ?(?:모두\ )?(?:삭제|파기)"""

ACCESS: Final = rf"""
    \b(?:what|which)\ (?:kind\ of\ |sort\ of\ )?(?:personal\ )?(?:data|information|details)\ (?:do\ you
    |have\ you|are\ you|you|does\ your\ \w+|is\ being)\ (?:\w+\ ){{0,2}}?(?:h[oe]ld|have|stor\w+
    |ke[ep]p?t?|keep|kept|process\w*|collect\w*)\ ?(?:\w+\ ){{0,3}}?(?:on|about|of|from|concerning
    |regarding)\ me\b
    |\bwhat\ (?:do\ you|you)\ (?:hold|have\ stored|store|know|keep)\ (?:on|about)\ me\b
    |\b(?:copy|copies|overview|disclosure|list
    |export)\ of\ (?:all\ )?(?:of\ )?(?:the\ )?(?:my\ {_EN_MINE}personal\ (?:data|information)
    |(?:personal\ )?(?:data|information)\ (?:that\ )?you\ (?:have|hold|store|keep|process)\ (?:on|about)\ me)
    |\b(?:copy|copies)\ of\ all\ (?:of\ )?my\ (?:data|information)\b
    |\ball\ (?:of\ )?(?:the\ )?(?:personal\ )?(?:data|information)\ (?:that\ )?you\ (?:have|hold|store
    |keep|process|are\ holding)\ (?:\w+\ )?(?:on|about|concerning)\ me\b(?<!delete)
    |\b(?:data\ )?subject\ access\ request\b|\bdsar\b|\baccess\ (?:request
    |to\ my\ personal\ data)\b[^.!?]{{0,60}}\b(?:{_LAW}|article\ 15)|\b(?:request|exercise|exercising
    |want|like)\ (?:\w+\ ){{0,4}}access\ to\ my\ (?:personal\ )(?:data|information)
    |\b(?:exercis\w+|invok\w+|under)\ (?:\w+\ ){{0,3}}right\ of\ access\b
    |\barticle\ 15\b[^.!?]{{0,60}}\b(?:gdpr|request|access)|\b(?:request|access
    |under)\b[^.!?]{{0,60}}\barticle\ 15\b
    |\bwelche\ (?:\w+\ ){{0,2}}?(?:daten|informationen)\ (?:\w+\ ){{0,3}}?(?:speicher\w*|gespeichert
    |verarbeit\w+|hab\w+|besitz\w+|erheb\w+|liegen)\b[^.!?]{{0,40}}
    |\bwelche\ (?:\w+\ ){{0,2}}?daten\b[^.!?]{{0,30}}\b(?:über\ mich|von\ mir|zu\ meiner\ person)\b
    |\b(?:auskunft|datenauskunft|selbstauskunft|kopie|übersicht)\b[^.!?]{{0,60}}\b(?:über\ (?:alle[ ]
    |sämtliche\ )?(?:meine|die\ (?:über|zu)\ (?:mich|meiner))|meiner\ (?:gespeicherten[ ]
    |personenbezogenen\ )?daten|zu\ meiner\ person|über\ mich|art\w*\.?\ 15|nach\ dsgvo|gemäß\ dsgvo)
    |\bquelles?\ (?:données|informations)\b[^.!?]{{0,60}}\b(?:sur\ moi|me\ concernant|à\ mon\ sujet)\b
    |\b(?:copie|accès)\ (?:de|à|aux)\ (?:toutes\ |l['’]ensemble\ de\ )?(?:mes
    |données)\ ?(?:données\ )?(?:personnelles|me\ concernant|à\ caractère)|\b(?:exerc\w+
    |demande)\b[^.!?]{{0,40}}\bdroit\ d['’]accès
    |\bqué\ (?:datos|información)\b[^.!?]{{0,60}}\b(?:sobre\ mí|acerca\ de\ mí|míos?|de\ mí)\b
    |\b(?:copia|acceso)\ (?:de|a)\ (?:todos\ )?mis\ datos\ personales|\b(?:ejerc\w+
    |solicit\w+)\b[^.!?]{{0,40}}\bderecho\ de\ acceso
    |\bqual[ie]\ (?:dati|informazioni)\b[^.!?]{{0,60}}\b(?:su\ di\ me|che\ mi\ riguardano
    |sul\ mio\ conto)\b|\b(?:copia|accesso)\ (?:dei|ai)\ miei\ dati\ personali|\b(?:esercit\w+
    |chied\w+)\b[^.!?]{{0,40}}\bdiritto\ (?:di|d['’])\ ?accesso
    |\bque\ dados\b[^.!?]{{0,60}}\b(?:sobre\ mim|a\ meu\ respeito)\b|\bquais\ (?:os[ ]
    |são\ os\ )?(?:meus\ )?dados\b[^.!?]{{0,60}}\b(?:sobre\ mim|meu\ respeito|têm|possuem|guardam)\b
    |\b(?:cópia|acesso)\ (?:de|a|aos|dos)\ (?:todos\ )?(?:os\ )?meus\ dados\ pessoais
    |\bwelke\ (?:persoonlijke\ |persoons)?gegevens\b[^.!?]{{0,60}}\b(?:van\ mij|over\ mij)\b
    |\b(?:inzage|kopie)\ (?:in|van)\ (?:al\ )?mijn\ (?:persoons|persoonlijke\ )?gegevens|\binzageverzoek\b
    |\bhvilke\ (?:person)?(?:oplysninger|opplysninger|data)\b[^.!?]{{0,60}}\bom\ (?:mig|meg)\b
    |\bvilka\ (?:person)?uppgifter\b[^.!?]{{0,60}}\bom\ mig\b|\b(?:indsigt
    |innsyn)\ i\ mine\ (?:person)?(?:oplysninger|opplysninger|data)|\bregisterutdrag\b
    |\bmitä\ tietoja\b[^.!?]{{0,60}}\bminusta\b|\bjakie\ (?:moje\ )?dane\b[^.!?]{{0,60}}\b(?:o\ mnie
    |moje|na\ mój\ temat)\b|\b(?:kopi\w+|dostęp\w*)\ (?:do\ )?moich\ danych\ osobowych
    |\bjaké\ (?:osobní\ )?údaje\b[^.!?]{{0,60}}\bo\ mně\b
    |\bmilyen\ (?:személyes\ )?adatokat?\b[^.!?]{{0,60}}\brólam\b
    |\bce\ date\b[^.!?]{{0,60}}\bdespre\ mine\b|\bкакие\ (?:персональные[ ]
    |личные\ )?данные\b[^.!?]{{0,60}}\b(?:обо\ мне|о\ мне)\b
    |\bякі\ (?:персональні\ )?дані\b[^.!?]{{0,60}}\bпро\ мене\b
    |\bhakkımda\ hangi\ (?:kişisel\ )?(?:verileri|bilgileri)
    |(?:私|わたし|自分)(?:に関する|について|の)(?:どのような)?(?:個人)?(?:情報|データ)(?:の|を)(?:開示
    |保有)|个人信息的?副本|(?:你们|您|你們)(?:持有|保存|存储|存了
    |收集)[^。？!?]{{0,12}}我的(?:哪些)?(?:个人|個人)?(?:数据|信息|資料)|(?:저에\ 대해
    |제\ 개인정보)[^.?!]{{0,20}}(?:열람|보유)"""

PORTABILITY: Final = rf"""
    \bdata\ portability\b[^.!?]{{0,60}}\b(?:my|me|i|request|right)\b|\b(?:my|request|right
    |exercis\w+)\b[^.!?]{{0,60}}\bdata\ portability\b|\b(?:my
    |all\ my)\ (?:personal\ )?data\b[^.!?]{{0,80}}\b(?:machine[- ]readable|portable
    |commonly\ used)\ (?:format|form)|\btransfer\ (?:all\ )?my\ personal\ data\ to\b
    |\barticle\ 20\b[^.!?]{{0,40}}\b{_LAW}
    |\bdatenübertragbarkeit\b|\b(?:meine
    |meiner)\ (?:\w+\ ){{0,2}}?daten\b[^.!?]{{0,60}}\bmaschinenlesbar|\bportabilité\ de\ mes\ données
    |\bdroit\ à\ la\ portabilité|\bportabilidad\ de\ (?:mis\ )?datos
    |\bportabilità\ dei\ (?:miei\ )?dati|\bportabilidade\ (?:dos\ )?(?:meus\ )?dados
    |\boverdraagbaarheid\ van\ mijn|\bdataoverdraagbaarheid|\bdataportabilitet
    |\bprzenoszeni\w+\ (?:moich\ )?danych|\bpřenositelnost\w*\ (?:mých\ )?údaj"""

OBJECTION: Final = rf"""
    \b(?:i|we)\ (?:hereby\ )?object\ to\ (?:the\ |any\ |your\ )?(?:further\ )?(?:processing|use
    |profiling|sharing)\b|\b(?:stop|cease|refrain\ from)\ (?:processing|using|sharing|selling
    |profiling)\ (?:all\ )?(?:of\ )?my\ {_EN_MINE}{_EN_THING}|\b(?:do\ not|don['’]?t)\ (?:sell
    |share)\ my\ (?:personal\ )?(?:data|information)
    |\b(?:i|hereby)\ (?:hereby\ |would\ like\ to\ |want\ to\ |wish\ to\ )?(?:withdraw|revoke
    |retract)\ (?:my\ |any\ |all\ )?consent\b|\bopt\ out\ of\ (?:the\ )?(?:processing|sale|profiling
    |sharing|direct\ marketing)\b|\barticle\ 21\b[^.!?]{{0,40}}\b{_LAW}
    |\bwiderspr(?:eche|uch)\b[^.!?]{{0,80}}\b(?:verarbeitung|nutzung|datenverarbeitung|weitergabe
    |werbung|profiling)\b|\bwiderrufe?\b[^.!?]{{0,60}}\beinwilligung|\beinwilligung\b[^.!?]{{0,60}}\bwiderruf
    |\bm['’]oppose\ (?:au|à\ (?:l['’]utilisation|tout))\b[^.!?]{{0,40}}\b(?:traitement|données
    |utilisation)|\bretire\w*\ mon\ consentement|\b(?:me\ opongo|oposición)\ al\ tratamiento\ de\ mis
    |\bretir(?:o|ar)\ mi\ consentimiento|\bmi\ oppongo\ al\ trattamento|\brevoc(?:o|are)\ il\ (?:mio\ )?consenso
    |\b(?:oponho-me|me\ oponho)\ ao\ tratamento|\bretir(?:o|ar)\ o\ (?:meu\ )?consentimento|\b(?:maak
    |teken)\ bezwaar\ tegen\ (?:de\ )?verwerking|\btrek\ (?:ik\ )?mijn\ toestemming\ in|\b(?:gør
    |gjør)\ indsigelse\ mod|\binvänder\ mot\ behandling|\bsprzeciw\w*\ (?:wobec|na)\ przetwarzani\w+
    |\bcofam\ zgodę|\bodvolávám\ souhlas|\bотзываю\ (?:своё\ |свое\ )?согласие|\brızamı\ geri"""

RECTIFICATION: Final = rf"""
    {_EN_ASK}(?:correct|rectify)\ (?:all\ )?(?:of\ )?my\ {_EN_MINE}(?:data|information|records?)\b
    |\b(?:the\ )?personal\ (?:data|information)\ (?:that\ )?you\ (?:hold|have|store|keep)\ (?:on
    |about)\ me\ (?:is|are)\ (?:wrong|incorrect|inaccurate|outdated|false)|\bright\ (?:to
    |of)\ rectification\b[^.!?]{{0,60}}|\brectification\ of\ my\ (?:personal\ )?data
    |\barticle\ 16\b[^.!?]{{0,40}}\b{_LAW}
    |\b(?:berichtig(?:en|ung)|korrigieren)\b[^.!?]{{0,30}}\b(?:meine|meiner
    |unrichtige[rn]?)\ (?:\w+\ ){{0,2}}?(?:personenbezogenen\ )?daten|\b(?:rectifi(?:er|ez|cation)
    |corriger)\b[^.!?]{{0,12}}\bmes\ données|\b(?:rectifi(?:car|quen|cación)
    |corrijan)\b[^.!?]{{0,12}}\bmis\ datos\ personales|\brettific(?:are|a)\b[^.!?]{{0,12}}\bmiei\ dati
    |\bretifica(?:r|ção)\b[^.!?]{{0,12}}\bmeus\ dados|\b(?:rectificatie|corrigeren
    |rectificeren)\b[^.!?]{{0,20}}\bmijn\ (?:persoons)?gegevens
    |\bmijn\ persoonsgegevens\ (?:te\ )?(?:corrigeren|rectificeren)|\b(?:sprostowani\w+
    |popraw\w+)\ moich\ danych\ osobowych"""

# What stands right before the request and turns it round.
NOT_A_REQUEST: Final = re.compile(
    r"(?:\bnot|n['’]t|\bnever|\bwithout|\bdid\ you|\bdid\ it|\bwill\ it|\bdoes\ it|\baccidentally|\bversehentlich"
    r"|\bnicht|\bohne|\bniet|\bikke|\binte|\bne|\bno|\bnon|\bnão|\bnie|\bне|\bplease\ reassure)(?:\ \w+){0,2}\ ?$",
    re.IGNORECASE | re.VERBOSE,
)
# "Will you delete my data if I cancel?": a question about what would happen.
WHAT_IF: Final = re.compile(
    r"\b(?:if|when|once|unless|wenn|falls|sobald|si|cuando|se|quando|als|wanneer|hvis|om|jeśli)\b[^.!]{0,120}\?",
    re.IGNORECASE,
)


def _stems(lines: str) -> tuple[str, ...]:
    return tuple(stem.strip() for stem in lines.split("|"))


# A letter without any of these (lower case) makes no such request: most letters are done here.
ERASURE_STEMS: Final = _stems(
    "delet|eras|remov|wipe|destroy|purge|forgotten|article 17|lösch|entfern|vergessenwerden"
    "|art. 17|artikel 17|supprim|effac|suppression|oubli|elimin|borr|suprim|olvido|supresi"
    "|cancel|oblio|rimuov|apag|exclu|esquec|verwijder|wissen|vergetelheid|slet|radera"
    "|radering|fjern|ta bort|poist|usun|skasow|zapomn|smaž|vymaž|výmaz|odstr|töröl|törl"
    "|șterge|sterge|удал|стереть|сотрите|уничтож|видал|sil|διαγρ|削除|消去|抹消|删除|刪除|清除|삭제|파기"
)
ACCESS_STEMS: Final = _stems(
    "about me|on me|of me|from me|concerning me|regarding me|my personal|my data"
    "|my information|access|dsar|article 15|auskunft|über mich|von mir|meiner person|art. 15"
    "|artikel 15|daten|sur moi|me concern|à mon sujet|données|accès|sobre m|acerca de|de mí"
    "|mis datos|acceso|di me|che mi riguardano|mio conto|accesso|miei dati|meu respeito"
    "|meus dados|acesso|dados|van mij|over mij|mijn|inzage|om mig|om meg|indsigt|innsyn"
    "|registerutdrag|minusta|o mnie|moje|mój temat|moich danych|o mně|rólam|despre mine"
    "|обо мне|о мне|про мене|hakkımda|私|自分|わたし|我的|个人信息|저에|제 개인정보"
)
PORTABILITY_STEMS: Final = _stems(
    """portab|machine|transfer|article 20|übertragbar|maschinenlesbar|overdraagba|przenosz|přenos"""
)
OBJECTION_STEMS: Final = _stems(
    "object|stop|cease|refrain|sell|share|withdraw|revoke|retract|opt out|article 21"
    "|widerspr|widerruf|oppose|retir|opongo|oposici|oppongo|revoc|oponho|bezwaar|toestemming"
    "|indsigelse|invänder|sprzeciw|cofam|odvolávám|отзываю|rızamı"
)
RECTIFICATION_STEMS: Final = _stems(
    "correct|rectif|wrong|inaccurate|outdated|false|article 16|berichtig|korrigier|corrig"
    "|corrij|rettific|retific|rectific|sprostowani|popraw"
)
