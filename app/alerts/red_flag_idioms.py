"""Turns of phrase that sound like a red flag and are none: taken out of a text before it is screened.

They are written like the phrases in ``red_flag_words``. Keep them narrow: whatever an idiom takes out is not seen.
"""

IDIOMS: dict[str, str] = {
    "en": """
        bleeding heart*|edge|love|obvious
        bled (me|us|them) dry
        bleed me|us|them|you dry
        heart bleeds
        blood test*|work|pressure|count*|sugar|draw*|type|bank|thinner*
        cabin|spring|hay|baby|gold|yellow|scarlet|election|world|dengue fever
        saturday night fever
        fever pitch|dream*|tree|reducer*
        song|music|movie|story|film|concert|voice .. gave|gives|give me|us (the) chills
        breathe a word
        breathe easy|easier
        breath of fresh air
        choking up
        gave|give|gives|giving me|us|him|her a heart attack
        dying to|for
        to die for
        die (of|from) laughing|laughter|embarrassment|boredom|shame|curiosity
        died laughing
        killing me
        killing myself laughing
        kill me if|for
        go on vacation|trip*|holiday|walk*|about|a|the|any
        confused about|by|with|on|over|at .. question*|text*|message*|form*|appointment*|bill*
        confused about|by|with|on|over|at .. schedule|website|link|letter|insurance|app
        confusion about|with|over .. question*|text*|message*|form*|appointment*|bill*
        confusion about|with|over .. schedule|website|link|letter|insurance|app
        confused which|what question|number|link|button|form
        unconscious bias
        pass|passed|passing out flyers|candy|cookies|cards|gifts|food|flowers
        seizure med*|pill*|drug*|clinic
        hissy|laughing|giggling|coughing fit
        fit of laughter|giggles|anger|coughing|rage
        not|isnt|wasnt|doesnt|stopped respond* (well|yet|much) to (my|the|his|her|your) chemo*|treatment*|radiation
        not|isnt|doesnt|wont|didnt|stopped responding|respond* to (my|the|your|his|her) text*|call*|message*|email*
        fell (right|back|fast) asleep
        fell in love
        fell behind|apart|through|short|ill|sick|silent
        fell back to sleep
        fell out of love
        snow|rain|price*|leaves|hair|count*|temperature fell
        break a leg
        broke|broken my|his|her heart
        weak in|at the knees
        @cant walk (the|my|as|that|very|too) dog*|far|fast|much|long
        @cant stand the|this|that|it|him|her|them|my|being|to
        laugh* .. peed|wet @self
        peed|wet @self laughing
        seeing people for
    """,
    "es": """
        analisis|examen|examenes|prueba|pruebas|muestra|presion|tipo|conteo de sangre
        fiebre amarilla
        fiebre del heno|oro
        morir|morirme|muero|muerta|muerto|morirse|mori de (la) risa|hambre|sueno|ganas|verguenza
        morir|morirme|muero|muerta|muerto|morirse|mori de (la) calor|frio|pena|sed|amor|aburrimiento
        sin aire acondicionado
        esta|estan matando
        confundid*|confusion con|por|sobre .. pregunta*|mensaje*|cita*|formulario*|cuenta|factura|enlace|texto*|numero*
        no (me|nos) responde* .. telefono|llamada*|mensaje*|correo*
        no responde* al tratamiento
        no responde* a la quimio*
        cayo|cae|caido|cai|caen (muy) mal|bien|pesad*
        me cayo|cae|caen|cayeron|caido .. pelo|cabello|telefono|celular|pastilla*|vaso|plato
        se cayo|cae (el|la) internet|llamada|sistema|red|senal|pelo|cabello
        no puedo aguantar|mas la|de risa|contenta|contento|feliz
    """,
}
