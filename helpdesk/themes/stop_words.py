"""Words that say nothing about a subject, by language: grammar, greetings and the small talk of letters."""

from typing import Final

_TEXTS: Final = {
    "en": """
        a about above after again all also am an and any anyone anything are as at be because been before being
        below between both but by can cannot could did do does doing done down during each either else ever every
        few for from further get gets getting give go going gonna got had has have having he her here hers him his
        how however i if in into is it its itself just kind know let lets like look make many may maybe me might
        mine more most much must my myself need needed needs neither no nor not now of off ok okay on once one
        only or other our ours out over own please possible really same see she should show since so some somebody
        someone something still such sure take tell than thank thanks that the their theirs them then there these
        they thing things this those through to too try trying tried under until up upon us use very want wanted
        wants was way we well were what whats when where whether which while who whom whose why will wish with
        within without wonder wondering would yes yet you your yours yourself hi hello hey dear regards sincerely
        kind best able assist assistance help helping helped im ive id dont doesnt didnt cant wont isnt wasnt
        arent couldnt wouldnt ill youre theres thats hows wheres whos explain question questions find found says
        said say""",
    "de": """
        aber alle allem allen aller alles als also am an ander andere anderen auch auf aus bei bin bis bist
        bitte da damit dann das dass daß dein deine dem den denn der des dich die dies diese diesem diesen
        dieser dieses dir doch dort du durch ein eine einem einen einer eines einige er es etwas euch euer eure
        für gegen gern gerne gewesen gibt habe haben hallo hat hatte hatten hier hin hinter ich ihm ihn ihnen
        ihr ihre ihrem ihren ihrer im immer in indem ins ist ja jede jedem jeden jeder jedes jetzt kann kein
        keine keinen können könnte lassen leider machen man mein meine meinem meinen meiner mich mir mit möchte
        möchten muss müssen nach nicht nichts noch nun nur ob oder ohne schon sehr sein seine seinem seinen
        seiner seit sich sie sind so soll sollte sondern sonst über um und uns unser unsere unter viel vielen
        vom von vor war waren warum unserem unseren unserer ihres eurer euren was weil welche welcher wenn wer
        werde werden wie wieder will wir wird wo wollen würde würden zu zum zur zwar zwischen danke dank grüße
        gruß freundlichen sehr geehrte geehrter damen herren liebe lieber hilfe helfen frage fragen""",
    "fr": """
        a ai alors au aucun aussi autre aux avec avez avoir avons bien bonjour bonsoir c ce cela ces cet cette
        ceux chez ci comme comment d dans de des donc du elle elles en encore est et été être eu fait faire il ils
        j je l la le les leur leurs lui m ma mais me même mes moi mon merci n ne non nos notre nous on ont ou où
        par pas plus pour pourquoi pourriez pouvez puis qu quand que quel quelle quelles quels qui quoi s sa sans
        se sera ses si sont son sous suis sur t ta te tes toi ton tous tout toute toutes très tu un une va vers
        voir vos votre vous voudrais y cordialement madame monsieur salutations aide aider s'il plaît""",
    "es": """
        a al algo algunas algunos ante antes aquí así aún bien buenas buenos cada como cómo con cual cuál cuando
        cuándo de del desde donde dónde dos el él ella ellas ellos en entre era es esa ese eso esta está están
        estar estas este esto estos estoy fue gracias ha hacer hace han has hasta hay he hola la las le les lo los
        más me mi mis mucho muy nada ni no nos nosotros o os otra otro para pero por porque puede pueden puedo que
        qué quien quién quiero se sea ser si sí sin sobre son su sus también tan tanto te tengo tiene todo todos
        tu tus un una uno unos usted ustedes y ya yo saludos favor ayuda ayudar estimado estimada""",
    "it": """
        a ad ai al alla alle allo anche avere aveva c che chi ci ciao come con cosa cui da dal dalla dalle de dei
        del della delle dello di do dove e è ed era essere fa fare fino fra gli grazie ha hai hanno ho i il in io
        l la le lei li lo loro lui ma me mi mia mie miei mio molto ne nei nel nella noi non nostra nostro o ogni
        per perché più po poi può qual quale quando quella quello quest questa queste questi questo qui sarà se
        sei senza si sia sono sta su sua sue sul sulla suo te ti tra tu tua tuo tutti tutto un una uno vi voi
        vorrei vostro buongiorno saluti cordiali aiuto""",
    "nl": """
        aan af al alle als altijd andere ben bij daar dan dat de der deze die dit doe doen door dus een eens en er
        ge geen haar had heb hebben heeft hem het hier hij hoe hoi hun ik in is ja je jij jullie kan kon kunnen
        kunt maar me meer men met mij mijn moet na naar niet niets nog nu of om omdat onder ons ook op over te
        tegen toch toen tot u uit uw van veel voor waar waarom wanneer want waren was wat we wel werd wie wij wil
        worden wordt zal ze zelf zich zij zijn zo zonder zou hallo bedankt dank groet groeten vriendelijke graag
        alstublieft hulp""",
    "pt": """
        a à ao aos as às até bem boa bom cada com como da das de dela dele depois do dos e é ela elas ele eles em
        entre era essa esse esta está estão estar este estou eu faz fazer foi há isso isto já lhe mais mas me
        mesmo meu meus minha minhas muito na não nas nem no nos nós nossa nosso num numa o obrigada obrigado olá
        os ou para pela pelo pode por porque posso qual quando que quem quero se sem ser seu seus si sim sob sobre
        só são sua suas também te tem tenho ter teu todo todos tu um uma você vocês cumprimentos favor ajuda
        ajudar""",
    "pl": """
        a aby ach albo ale ani aż bardzo bez bo bowiem by być był była było były będzie będą cały chcę chciałbym
        chciałabym choć ci co coś czy czyli dla dlaczego do dobry dzień dziękuję gdy gdzie go i ich ile im inne iż ja
        jak jaka jaki jakie jako je jednak jego jej jest jestem jeszcze jeśli jeżeli już każdy kiedy kilka kto która
        które którego której który którą lub ma mają mam mamy mi mnie mną mogę może można moja moje mój mu musi my na
        nad nam nas nasz nawet nic nich nie niej niestety nim niż no o od on ona one oni oraz pan pani po pod ponieważ
        poza proszę przed przez przy raz również są się sobie swoje ta tak taki także tam te tego tej temu ten też to
        tu tych tylko tym u w wam was we więc witam wszystko wy z za zawsze ze że został została zostało pozdrawiam
        poważaniem szanowni państwo prosiłbym prosiłabym pomoc""",
}

_OF_COURTESY: Final = {
    "en": "hi hello hey dear regards sincerely please thank thanks kind best assist assistance help helping helped",
    "de": "hallo bitte danke dank grüße gruß freundlichen sehr geehrte geehrter damen herren liebe lieber hilfe",
    "fr": "bonjour merci cordialement madame monsieur salutations aide aider plaît",
    "es": "hola buenas buenos gracias saludos favor ayuda ayudar estimado estimada",
    "it": "ciao grazie buongiorno saluti cordiali aiuto",
    "nl": "hallo hoi bedankt dank groet groeten vriendelijke graag alstublieft hulp",
    "pt": "olá obrigada obrigado cumprimentos favor ajuda ajudar",
    "pl": "dobry dzień dziękuję proszę witam pozdrawiam poważaniem szanowni państwo prosiłbym prosiłabym pomoc",
}

STOP_WORDS: Final = {language: frozenset(words.replace("'", "").split()) for language, words in _TEXTS.items()}
COURTESY: Final = {language: frozenset(words.split()) for language, words in _OF_COURTESY.items()}
