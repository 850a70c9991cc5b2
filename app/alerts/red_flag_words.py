"""The words that need a person now: content for clinicians to review, one block per flag and language.

How to read a phrase, one a line (lower case, no accents, no apostrophes, so that ``cant`` stands for "can't"):

* ``a|b`` is one word or the other; ``(a|b)`` may be missing; ``bleed*`` is any word that begins so;
* ``..`` is up to four words of any kind, never across a comma, a full stop or a "not";
* ``$`` is the end of the clause;
* ``@cant`` is any word of the list of that name in ``SETS``. "Can not" is read as ``cannot``, "do not" as ``dont``.

A phrase raises its flag unless the text denies it. When in doubt a phrase belongs here: a needless call does less harm
than a missed one. What sounds alike and means something else is in ``red_flag_idioms``.
"""

SETS: dict[str, str] = {
    "cant": "cant|cannot|couldnt|cnt|cudnt|unable",
    "breathe": "breathe|breath|breathing|brethe|breeth|breth|breathin|breating",
    "chest": "chest|cheast|chst",
    "pain": "pain|pains|pian|pressure|tightness|ache|aching|hurting|hurts|squeezing|stabbing|burning|weight",
    "my": "my|his|her|the|our|moms|dads|own",
    "dont": "dont|doesnt|didnt|not|no longer",
    "legs": "leg|legs|knee|knees",
    "self": "myself|himself|herself|themself|themselves|meself|my self",
    "want": "want|wants|wanna|wanted|ready|rather|prefer|wanting",
    "who": "i|he|she|we|they|ive|hes|shes|mom|mum|dad|mother|father|husband|wife|patient|grandma|grandpa|and",
    "bones": "hip|arm|leg|wrist|ankle|rib|ribs|back|nose|shoulder|skull|neck|foot|hand|bone|pelvis",
    "puedo": "puedo|puede|podia|podemos|logro|logra|consigo|consigue",
    "quiero": "quiero|quiere|quisiera|querria|preferiria|prefiero|deseo|desea",
}

PHRASES: dict[str, dict[str, str]] = {
    "chest_pain": {
        "en": """
            @chest @pain
            @chest pain*|ache*|hurt*|tight*|discomfort|heaviness|pian*
            @chest (is|feels|felt|has|still|really|so) (been|really|so|very|still|like|its) tight*|heavy|hurt*
            @chest (is|feels|felt|has|still|really|so) (been|really|so|very|still|like|its) burn*|pain*|sore|crush*
            @pain .. @chest
            @pain .. side|middle|center of @my @chest
            hurt|tight|heaviness|heavy .. @chest
            @chest .. crush*
            elephant on (my|his|her) @chest
            heart attack
        """,
        "es": """
            dolor*|duele*|dolia|arde|ardor|presion|opresion|punzada*|apriet*|oprim* .. pecho
            pecho .. duele|aprieta|oprim*|apretado|arde
            infarto*
            ataque al corazon
        """,
    },
    "cannot_breathe": {
        "en": """
            @cant (to) (even|really|hardly|barely|properly) @breathe
            barely|hardly (can|able) (to) @breathe
            @cant (to) get|catch|take|draw (enough|my|a|any|in|his|her) (deep|full|good|enough) @breathe|air
            trouble|difficulty|difficulties|problem|problems|struggl* (with|to|in|for) (my|his|her) @breathe
            hard|difficult|impossible|fighting|harder|tough (for) (me|him|her|mom|dad) to @breathe
            not|isnt|stopped|stops|arent breathing
            gasping
            suffocat*
            smothering
            choking
            so|very|really|extremely|severely|severe|too|super|terribly|badly short|out of @breathe
            short|out of @breathe (just|while|even|when) at|sitting|lying|laying|talking|resting
            @breathe .. getting worse
            lips .. blue
            blue lips
            turning|turned blue
        """,
        "es": """
            no @puedo (casi|bien|ni) respirar
            apenas|casi (si|no) (@puedo) respir*
            cuesta (mucho|tanto|trabajo) (trabajo) respirar
            dificultad*|dificil|trabajo|problemas (para|al|de) respira*
            no (esta) respira|respirando
            dejo de respirar
            ahogo|ahoga|ahogando|ahogandome|ahogandose
            asfixi*
            falta (mucho|mas) (el) aire
            sin aire
            labios azules|morados
        """,
    },
    "bleeding": {
        "en": """
            bleed*|bleading|bled
            hemorrhag*|haemorrhag*|hemorage
            nosebleed*
            blood in|from|on|with @my|urine|pee|stool*|poop|vomit|spit|sputum|phlegm|mouth|diaper|toilet|bowl|catheter
            cough*|vomit*|throw*|threw|spit*|spat|puk*|pee*|poop*|losing|lost .. blood
            blood when|whenever|if @who cough*|vomit*|throw*|spit|pee|poop
            black|tarry|bloody stool*|poop*|urine|pee|vomit|diarrhea|diaper
        """,
        "es": """
            sangrado*|sangrando|sangro|sangra|sangrar|sangraba|sangran
            hemorragia*
            sangre en|por el|la|mi|su|los|las|orina|heces|popo
            vomit*|tos|tose*|toso|tosi*|escup*|orin*|ech*|perdi*|pierd* .. sangre
            sale|saliendo|salio|sali .. sangre
            heces|popo|excremento|vomito negr*
        """,
    },
    "leg_weakness": {
        "en": """
            @legs .. weak|weaker|weakness|numb|paraly*|buckl*|useless
            weak|weaker|weakness|numb|numbness .. @legs
            @cant (to) (even|really|hardly) move|feel|lift|use (@my) (either|one|both|left|right) @legs|foot|feet
            @legs .. gave|give|giving out|way|up
            @legs wont|dont|doesnt|arent|isnt (even) work*|mov*|hold*
            @cant (to) (even|really|hardly|barely) walk
            barely|hardly walk|stand
            @cant (to) (even) stand|get up
            paralyz*|paralys*
        """,
        "es": """
            pierna* .. debil*|dormida*|entumid*|entumecid*|floja*|fallan|responden
            debilidad .. pierna*
            no @puedo mover (la|las|mi|mis|su|sus) pierna*|pie|pies
            no siento|siente (la|las|mi|mis|los|el) pierna*|pie|pies
            no me|le responden (la|las) pierna*
            pierna* .. no (me|le) responden
            no @puedo (ni|casi) caminar|andar|pararme|pararse|levantarme|levantarse
            doblan|fallan|vencen|fallaron|doblaron .. pierna*
            paraliz*|paralisis
        """,
    },
    "bladder_control": {
        "en": """
            @cant (to) pee|urinate
            @cant (to) pass (any|my) urine|water
            @cant (to) hold|control (@my) (own) pee|urine|bladder|bowel*|poop
            havent|hasnt peed|urinated
            lost|lose|losing|loss|no (of|all) control (of|over) @my|bladder|bowel* bladder|bowel*|pee|urine
            lost|loss|losing|no bladder|bowel control
            wet|wetting|peed|peeing|pooped|pooping|soiled|soiling (on|in|all) (over) @self
            incontinen*
            leaking urine|pee
            numb* .. groin|crotch|saddle|privates
        """,
        "es": """
            no @puedo orinar
            no @puedo hacer pis|pipi
            no @puedo aguantar|controlar|retener (el|la|los|mi|su) pis|pipi|orina|vejiga|popo|esfinter*
            no controlo|controla (el|la|los|mi|su) esfinter*|vejiga|orina|pipi|intestino*
            orino|orina|orine|hice|hizo|hago|hace|meo (pis|pipi|popo) encima
            perdi*|pierd* .. control .. vejiga|orina|esfinter*|intestino*
            incontinen*
        """,
    },
    "fever": {
        "en": """
            fever|fevers|feverish|feaver|fevr|fevor|febrile
            temp|temps|temperature .. 38|39|40|41|42|100|101|102|103|104|105|106
            38|39|40|41|42|100|101|102|103|104|105|106 .. temp|temperature
            running|high|has|have|got a|the temp|temperature
            high temp|temperature
            burning up
        """,
        "es": """
            fiebre|fiebres|fievre|febril|calentura
            temperatura .. 38|39|40|41|42|100|101|102|103|104|105
            38|39|40|41|42 .. temperatura
            temperatura (muy) alta
        """,
    },
    "shaking_chills": {
        "en": """
            chills
            shaking chill
            rigors
            shivering|shivers
            @cant|wont (to) stop shaking|shivering|trembling
            shaking uncontrollably|badly|violently|hard
            shaking all over
            shaking .. cold|fever
            teeth .. chatter*
        """,
        "es": """
            escalofri*|escalosfri*
            tirit*
            tembl* .. frio|fiebre|control
            no para|paro|paraba|deja|dejo|dejaba|puedo (de) (parar) (de) temblar
        """,
    },
    "new_confusion": {
        "en": """
            confused|confussed|cofused|confusion
            disorient*
            delirious|delirium|delusional
            hallucinat*|halucinat*
            not|isnt|wasnt|stopped|arent|im making (any|much) sense
            @who .. making|makes no sense
            doesnt|dont|didnt|not know where @who|is|am
            doesnt|dont|didnt know who @who|is|am
            doesnt|dont|didnt know what day|year|month
            doesnt|dont|didnt|not|@cant (even) recogni*
            talking nonsense|gibberish
            seeing things|people
            hearing voices
        """,
        "es": """
            confundid*|confusion|confuso|confusa
            desorientad*
            delira*|delirio*
            alucin*
            desvari*
            no sabe donde|quien (es|esta)
            no sabe que dia|ano|mes
            no (me|nos|lo|la) reconoce*
            incoheren*
            cosas sin sentido
            ve cosas
        """,
    },
    "self_harm": {
        "en": """
            kill|killing|hang|hanging|shoot|drown|poison @self
            @want|going|gonna|plan|planning|thinking .. hurt*|harm*|cut* @self
            thought*|think|feel|might|urge*|could|will .. hurt*|harm*|cut* @self
            harm|harming|hurting|cutting @self
            self harm*
            suicid*
            end|ending my|his|her (own) life
            end|ending it all
            take|taking my|his|her own life
            @want|going|gonna|will .. take all .. pills|meds|medicine|morphine|tablets
            took|swallowed all .. once
            took|swallowed|take the whole|entire bottle
            overdos*
            gun to|in my|his|her head|mouth
            unalive*
        """,
        "es": """
            matarme|matarse
            me @quiero|voy (a) matar
            me mato
            suicid*
            quitarme|quitarse la vida
            hacerme|hacerse|haciendome|hice dano
            lastimarme|cortarme|danarme
            acabar|terminar con mi|su vida
            acabar con todo
            tomarme|tomarse|tome|tomo todas .. pastillas|medicinas
            sobredosis
        """,
    },
    "wants_to_die": {
        "en": """
            @want|like|time|wishing|hoping|praying|hope|pray (to|i) (just) (be|could|can|go) (and) die|dead
            wish (that) i|he|she|god was|were|am|could|would|had|took (just) (be) (dead|die|died|me)
            wish i .. dead|die|died
            better off dead
            better off without me
            @dont @want (to) (be|keep) live|living|alive|exist
            @dont @want (to) wake|go|carry up|on
            @dont @want (to) be here|around anymore|any
            @want it|this|everything (all) (to) (just) (be) end|over
            let me|him|her (just) die
            no reason|point|will|desire (in|to) (be|go|going) live|living|alive|on
            nothing (left) to live for
            not|isnt worth living
            tired|sick|done of|with living|life|existing
            done living
            @cant go on
            @cant do|take it|this anymore|any
            kill me
            help me die
        """,
        "es": """
            (me) @quiero (ya|solo) (estar) morir|morirme|morirse|muert*
            ganas de morir*
            (ya) no @quiero (ya|seguir|mas) vivir|viviendo|viva|vivo
            (ya) no @quiero (seguir|estar) asi|adelante|aqui|despertar
            (ya) no @quiero (seguir) seguir|mas $
            ojala .. muera|muriera|muert*|despierte|despertara
            mejor (estar|estaria|me) muert*|muero|morirme
            cansad* de vivir
            no .. sentido vivir|vida
            no puedo|aguanto|doy (ya) mas
            sin|no (tengo) ganas de vivir
            list* para morir*
            no vale la pena vivir|seguir
            dejenme|dejeme|dejame|ayudeme|ayudenme|ayudame (a) morir
            @quiero que (todo|esto|ya) (esto) (se) acabe|termine
        """,
    },
    "unconscious": {
        "en": """
            unconscious|unconcious|unconsious|unconsciousness
            passed|passing|passes|pass out
            fainted|fainting|faints
            blacked|blacking out
            wont|doesnt|isnt|@cant|not (to) (be) wake|waking|woken|wakes
            @cant|wont (to) get|make .. wake|respond
            unresponsive
            not|isnt|wont|doesnt|stopped|stops respond*
            collapsed|collapsing|collapses
            lost|losing|loses|loss (of) consciousness
            wont|doesnt|@cant open (his|her|their) eyes
        """,
        "es": """
            inconscien*|inconcien*
            desmay*
            perdi*|pierd* el conocimiento|sentido
            perdi*|pierd* la conciencia|consciencia
            no (se|me|nos) (puede|puedo|podemos) despierta*|despertar*|reacciona|responde
            no abre los ojos
            desplomo
        """,
    },
    "seizure": {
        "en": """
            seizure*|siezure*|seisure*|seizur*
            seizing
            convuls*
            having|had|has|have a fit
            epileptic fit|attack
        """,
        "es": """
            convuls*|combuls*
            ataque* epileptico*|epilepsia
            ataque* de epilepsia
            crisis epileptica*
        """,
    },
    "fall_injury": {
        "en": """
            @who (just|also|accidentally) fell
            ive|hes|shes|has|have|had (just) fallen
            fell down|over|off|again|hard|backwards|yesterday|today|out
            fell|fallen .. hit|hurt|broke*|bleeding|head|hip|arm|leg
            fell|fallen .. stairs|floor|bathroom|shower|tub|bed|cut|bruis*|injur*
            had|took|has|taken|having a|another (bad|nasty|hard|big|terrible|serious) fall|tumble
            bad|nasty|terrible fall
            falling|falls|fall .. hit|hurt|head|injur*|broke*
            hit|hurt|banged|bumped|injured|cracked|smashed @my head|hip|skull
            broke|fractured|broken @my (left|right) @bones
            broken|fractured @bones
            slipped|tripped .. hit|hurt|fell|head|injur*
        """,
        "es": """
            me|se (he|ha|habia) cai|cayo|caido
            tuve|tuvo|sufri|sufrio una (fuerte|mala) caida
            golpe*|pegue|pego .. cabeza|cara|cadera
            rompi|rompio|quebre|quebro .. cadera|brazo|pierna|muneca|hueso|costilla*|tobillo
            fracture|fracturo|lastime|lastimo .. cadera|brazo|pierna|muneca|hueso|costilla*|tobillo
            caida .. cabeza|golpe|cadera|herida|hueso
            fractura
            resbale|resbalo .. golpe*|cabeza|cai|cayo
        """,
    },
}
