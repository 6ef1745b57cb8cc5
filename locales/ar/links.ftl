# Pages that lead to a link in an e-mail, and those that such links lead to. “Message” is an e-mail here.

to-sign-in = إلى تسجيل الدخول
back-to-sign-in = الرجوع إلى تسجيل الدخول

# A forgotten password.
forgot-title = هل نسيت كلمة المرور؟
forgot-lead = يُرجى إدخال البريد الإلكتروني أو اسم المستخدم. ستصلك رسالة تتضمن رابطًا لتعيين كلمة مرور جديدة.
forgot-identifier = البريد الإلكتروني أو اسم المستخدم
forgot-send = إرسال الرابط
forgot-missing = يُرجى إدخال البريد الإلكتروني أو اسم المستخدم.

# Making an account begins with an e-mail address.
register-title = إنشاء حساب
register-lead = يُرجى إدخال عنوان بريدك الإلكتروني. ستصلك رسالة تتضمن رابطًا للمتابعة.
# $domains are the only domains that addresses may be of, with commas between them.
register-lead-domains = يُرجى إدخال عنوان بريدك الإلكتروني. ستصلك رسالة تتضمن رابطًا للمتابعة. يجب أن يكون العنوان تابعًا لـ { $domains }.
register-email = البريد الإلكتروني
# $count is how many domains there are.
register-wrong-domain = { $count ->
    [zero] يُرجى استخدام عنوان من أحد هذه النطاقات: { $domains }.
    [one] يُرجى استخدام عنوان تابع لـ { $domains }.
    [two] يُرجى استخدام عنوان من أحد هذين النطاقين: { $domains }.
    [few] يُرجى استخدام عنوان من أحد هذه النطاقات: { $domains }.
    [many] يُرجى استخدام عنوان من أحد هذه النطاقات: { $domains }.
   *[other] يُرجى استخدام عنوان من أحد هذه النطاقات: { $domains }.
}
register-wrong-address = يُرجى إدخال عنوان بريد إلكتروني مثل name@example.com.
register-closed = لا تُنشأ الحسابات هنا
register-closed-message = يُرجى طلب حساب أو دعوة من الجهة المشغّلة لهذه الخدمة.

# It goes on by the link: $email is the address that was proven, below the title.
new-account-for = للعنوان { $email }
new-account-name = اسمك
new-account-password = كلمة المرور
new-account-create = إنشاء الحساب
new-account-name-missing = يُرجى إدخال اسمك، أو الاسم المفضّل لمناداتك.
# $count is how many characters it may have.
new-account-name-wrong = يُرجى إدخال اسم لا يزيد عدد أحرفه على { $count }.
new-account-there = لديك حساب بالفعل
new-account-there-message = أُنشئ في هذه الأثناء حساب بعنوانك. يُرجى تسجيل الدخول به.

# A new password instead of a forgotten one. The lead is below the title: $email is the address of the account.
reset-title = تعيين كلمة مرور جديدة
reset-lead = للحساب { $email }. عندئذٍ يتم تسجيل خروجك من كل مكان آخر.
reset-password = كلمة المرور الجديدة
reset-set = تعيين كلمة المرور

# Below the field of a password, here and where an account is made. $count is how many characters it has at the least.
choose-password-hint = يجب ألا يقل عدد الأحرف عن { $count }. بضع كلمات متتالية يسهل تذكّرها.

# What happened, and what comes next.
sent-title = يُرجى التحقق من بريدك
sent-forgot = إذا كان هناك حساب بما أدخلته، فهناك رسالة تتضمن رابطًا في طريقها إليك. يعمل الرابط مرة واحدة، خلال ساعة. إذا لم يصل شيء، فيُرجى البحث في مجلد الرسائل غير المرغوب فيها.
sent-register = هناك رسالة في طريقها إلى العنوان الذي أدخلته. يُرجى فتح الرابط الوارد فيها للمتابعة. إذا لم يصل شيء، فيُرجى البحث في مجلد الرسائل غير المرغوب فيها.
sent-change = هناك رسائل في طريقها إلى العنوان الذي أدخلته، وكذلك إلى عنوانك الحالي إذا سبق لك تأكيده. يتغير عنوانك بعد استخدام الروابط الواردة فيها جميعًا.
sent-verify = هناك رسالة في طريقها إلى عنوانك. يُرجى فتح الرابط الوارد فيها لتأكيده.
change-half = تم نصف الخطوات
change-half-message = تم التأكيد من هنا. يُرجى الآن فتح الرابط الوارد في الرسالة المرسلة إلى العنوان الآخر.
change-done = تم تغيير عنوانك
change-done-message = من الآن فصاعدًا تُرسل الرسائل إلى عنوانك الجديد، وبه يتم تسجيل دخولك.
verify-done = تم تأكيد عنوانك
verify-done-message = شكرًا لك. لا يلزم فعل أي شيء آخر.

# A link that was used, is too old, or never was; and where there is another one.
link-over = لم يعد هذا الرابط يعمل
link-over-message = سبق استخدامه، أو مضى عليه وقت طويل، أو لم يُنسخ كاملًا.
link-renew = الحصول على رابط جديد
link-to-address = إلى عنوانك
link-to-password = تعيين كلمة مرور جديدة

# The page of “This was not me”, a link in e-mails about the safety of an account. $email is the address of the account.
not-me-title = تأمين حسابك
not-me-lead = إذا لم يكن ما ورد في الرسالة صادرًا عنك، فربما يستخدم شخص آخر حساب { $email }.
not-me-when = عند المتابعة:
not-me-signed-out = يتم تسجيل خروجك من كل مكان، ويجب على كل تطبيق أن يطلب الإذن منك مجددًا.
not-me-password = تتوقف كلمة مرورك عن العمل فورًا. ويمكنك اختيار كلمة مرور جديدة في الصفحة التالية.
not-me-factors = إذا كانت الرسالة عن إضافة تطبيق مصادقة أو مفتاح مرور، فسيُزال ما أُضيف تحديدًا، مع رموز الاسترداد التي أُنشئت معه أو بعده. ويبقى ما عداه كما هو: بعد تسجيل الدخول، يُرجى مراجعته في صفحات حسابك وإزالة ما هو غير معروف لديك منه.
not-me-close = إذا كان ذلك صادرًا عنك في الواقع، فيُرجى إغلاق هذه الصفحة: لن يتغير شيء.
not-me-go-on = لم أكن أنا: تأمين حسابي

# Where e-mail was not set up.
no-mail = هذا غير متاح هنا
no-mail-message = يتطلب ذلك البريد الإلكتروني، ولم يتم إعداده. يُرجى سؤال الجهة المشغّلة لهذه الخدمة.
